//! What users do with their own accounts.
