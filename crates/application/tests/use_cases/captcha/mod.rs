//! The bot gate.

mod pose_puzzle;
mod solve_puzzle;
