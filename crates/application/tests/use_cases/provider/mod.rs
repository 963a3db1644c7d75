//! Third parties that vouch for people.
