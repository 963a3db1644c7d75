//! `[clients]`

use auth_domain::clients::ClientId;
use serde::Deserialize;

use super::one_of;
use crate::values::{Given, Setting, read};

/// Which applications may use the service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSettings {
    /// The client of requests that name none.
    #[serde(deserialize_with = "read::value")]
    pub default_client_id: ClientId,
    /// What happens to requests that name a client the service does not know.
    #[serde(deserialize_with = "read::value")]
    pub unknown: UnknownClient,
}

/// What happens to requests of unknown clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownClient {
    /// They are served like those of the default client.
    Default,
    /// They are refused.
    Refuse,
}

impl Setting for UnknownClient {
    fn from_given(given: &Given) -> Result<Self, String> {
        one_of(given, &[("default", Self::Default), ("refuse", Self::Refuse)])
    }
}
