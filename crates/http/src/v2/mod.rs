//! What little of version 2 of the wire protocol there is: sign-ins that SDKs encrypt (`is_encrypt`), and what such a
//! client then calls. The rest of it is version 1 under other paths; see `routes.rs`.

pub(crate) mod signin;
