//! JSON bodies, whatever content type the client claims: SDKs send JSON as `text/plain` too.

use std::future::Future;
use std::io;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::{Stream, TryStreamExt as _};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::HttpOptions;
use crate::error::{ApiError, ErrorName};

/// A body that is a JSON object, or empty, which is the same as `{}`. Unknown fields are ignored.
///
/// Bodies are refused as `invalid_argument` if they are anything else (status 400), have more bytes than
/// [`HttpOptions::body_limit`] (413), or take longer than [`HttpOptions::body_timeout`] to arrive (408). The error
/// names the field that is wrong and never its value.
pub struct JsonBody<T> {
    /// The fields.
    pub fields: T,
    /// `client_id`, which several clients put here; for [`Context::origin`](super::Context::origin).
    pub client_id: Option<String>,
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let options = request.app_data::<web::Data<HttpOptions>>().cloned();
        let payload = web::Payload::from_request(request, payload);
        Box::pin(async move {
            let options = options.ok_or_else(|| ApiError::new(ErrorName::Internal, "the service failed"))?;
            let payload = payload.await.map_err(|_| ApiError::invalid("the body cannot be read"))?;
            parse(&read(payload, &options).await?)
        })
    }
}

pub(super) async fn read(payload: web::Payload, options: &HttpOptions) -> Result<Bytes, ApiError> {
    match tokio::time::timeout(options.body_timeout, collect(payload, options.body_limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(PayloadError::Overflow)) => {
            Err(ApiError::invalid(format!("the body must have at most {} bytes", options.body_limit))
                .with_status(StatusCode::PAYLOAD_TOO_LARGE))
        }
        // The listener gave it up in favour of others (see `connection`).
        Ok(Err(PayloadError::Io(error))) if error.kind() == io::ErrorKind::TimedOut => Err(too_slow()),
        Ok(Err(_)) => Err(ApiError::invalid("the body cannot be read")),
        Err(_) => Err(too_slow()),
    }
}

fn too_slow() -> ApiError {
    ApiError::invalid("the body took too long to arrive").with_status(StatusCode::REQUEST_TIMEOUT)
}

/// Collects a body with no more memory than it needs, because thousands may be arriving: one that arrives at once, as
/// almost all do, is not even copied.
async fn collect(
    mut payload: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin,
    limit: usize,
) -> Result<Bytes, PayloadError> {
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(chunk) = payload.try_next().await? {
        if first.len().max(all.len()) + chunk.len() > limit {
            return Err(PayloadError::Overflow);
        }
        if first.is_empty() && all.is_empty() {
            first = chunk;
            continue;
        }
        all.extend_from_slice(&std::mem::take(&mut first));
        all.extend_from_slice(&chunk);
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<JsonBody<T>, ApiError> {
    let object: Map<String, Value> = if bytes.trim_ascii().is_empty() {
        Map::new()
    } else {
        serde_json::from_slice(bytes).map_err(|_| ApiError::invalid("the body must be a JSON object"))?
    };
    of_object(object)
}

/// The fields of an object, however it was written.
pub(super) fn of_object<T: DeserializeOwned>(object: Map<String, Value>) -> Result<JsonBody<T>, ApiError> {
    let client_id = object.get("client_id").and_then(|id| id.as_str()).filter(|id| !id.is_empty()).map(str::to_owned);
    // The error names the field and never its value.
    let fields = serde_path_to_error::deserialize(Value::Object(object)).map_err(|error| {
        ApiError::invalid(format!("{} has the wrong type or a value that is not allowed", error.path()))
    })?;
    Ok(JsonBody { fields, client_id })
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError as _;
    use futures_util::{FutureExt as _, stream};
    use proptest::prelude::*;

    use super::*;
    use crate::sign_up::SignUpBody;

    #[test]
    fn bodies() {
        for (bytes, ok) in [
            (&b""[..], true),
            (b" \n", true),
            (b"{}", true),
            (b"{\"email\":null,\"username\":\"\"}", true),
            (b"{\"unknown\":{\"deep\":[1,2,3]}}", true),
            (b"[]", false),
            (b"\"x\"", false),
            (b"{\"email\":1}", false),
            (b"{\"email\":[\"a@b\"]}", false),
            (b"{", false),
            (b"{\"email\":\"\\ud800\"}", false),
            (b"\xff\xfe", false),
            (b"{} trailing", false),
        ] {
            assert_eq!(parse::<SignUpBody>(bytes).is_ok(), ok, "{}", String::from_utf8_lossy(bytes));
        }
        let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
        assert!(parse::<SignUpBody>(&deep).is_err());
    }

    #[test]
    fn errors_name_the_field_and_not_its_value() {
        let error = parse::<SignUpBody>(br#"{"password":{"hunter2":true}}"#).err().expect("refused");
        assert!(error.to_string().contains("password") && !error.to_string().contains("hunter2"), "{error}");
        assert_eq!(error.status_code(), StatusCode::BAD_REQUEST);
    }

    fn collected(chunks: &[&'static [u8]], limit: usize) -> Result<Bytes, PayloadError> {
        let chunks = chunks.iter().map(|chunk| Ok(Bytes::from_static(chunk)));
        collect(stream::iter(chunks), limit).now_or_never().expect("it is all there")
    }

    #[test]
    fn chunks_are_put_together_up_to_the_limit() {
        let texts = |texts: &[&'static str]| texts.iter().map(|text| text.as_bytes()).collect::<Vec<_>>();
        for chunks in [&[][..], &[""], &["abcd"], &["ab", "", "c", "d"], &["", "ab"]] {
            let whole = collected(&texts(chunks), 4).expect("short enough");
            assert_eq!(whole, chunks.concat(), "{chunks:?}");
        }
        for chunks in [&["abcde"][..], &["abcd", "e"], &["ab", "c", "de"]] {
            let chunks = &texts(chunks);
            assert!(matches!(collected(chunks, 4), Err(PayloadError::Overflow)), "{chunks:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse::<SignUpBody>(&bytes);
        }
    }
}
