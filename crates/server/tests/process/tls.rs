//! Servers behind TLS: a temporary authority, its certificates, and a proxy that terminates TLS.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use url::Url;

/// An authority that signs certificates.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Writes its own certificate to a file, for `SSL_CERT_FILE`.
    pub(crate) fn publish(&self, folder: &Path) -> PathBuf {
        let file = folder.join("authority.pem");
        std::fs::write(&file, pem::encode(&pem::Pem::new("CERTIFICATE", self.0.der().to_vec()))).unwrap();
        file
    }

    /// Makes an acceptor with a certificate for these names and addresses.
    pub(crate) fn certify(&self, names: &[&str]) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &self.0).unwrap();
        let chain = vec![certificate.der().clone()];
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, PrivateKeyDer::from(key));
        TlsAcceptor::from(Arc::new(config.unwrap()))
    }
}

/// Puts TLS in front of a server for as long as the runtime exists. Returns the URL to reach it by, which differs
/// only in scheme and port.
pub(crate) async fn behind_tls(url: &str, tls: TlsAcceptor) -> String {
    let mut url = Url::parse(url).unwrap();
    let server = SocketAddr::from((Ipv4Addr::LOCALHOST, url.port().unwrap()));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    url.set_scheme(&format!("{}s", url.scheme())).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(pass_on(stream, tls.clone(), server));
        }
    });
    // An issuer has no trailing slash.
    url.as_str().trim_end_matches('/').to_owned()
}

/// Connects a client to the server, once it has completed the handshake.
async fn pass_on(stream: TcpStream, tls: TlsAcceptor, server: SocketAddr) {
    let Ok(mut client) = tls.accept(stream).await else { return };
    let mut server = TcpStream::connect(server).await.unwrap();
    // Either side may hang up at any time.
    let _ = copy_bidirectional(&mut client, &mut server).await;
}
