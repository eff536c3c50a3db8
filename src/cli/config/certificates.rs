//! The certificates to trust that the environment names.

use std::env;
use std::fmt::Display;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use ssgctl::error::quoted;

use crate::exit::{ErrorCode, Failure, Result};

/// How a certificate in PEM format begins.
const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// The most that is read: a file of all authorities of the web has some 200 KiB.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Refuses a value of `SSL_CERT_FILE` that the TLS library would ignore: every certificate would have an unknown issuer.
pub(crate) fn refuse_missing_certificates() -> Result<()> {
    let Some(file) = env::var_os("SSL_CERT_FILE").filter(|file| !file.is_empty()) else { return Ok(()) };
    let refused = |reason: &dyn Display| {
        Failure::new(ErrorCode::Config, format!("SSL_CERT_FILE names {}: {reason}", quoted(file.display())))
    };
    let bytes = read(Path::new(&file)).map_err(|reason| refused(&reason))?;
    if bytes.windows(PEM.len()).any(|window| window == PEM) {
        Ok(())
    } else {
        Err(refused(&"it contains no certificate in PEM format"))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => format!("no file at {}", quoted(path.display())),
        _ => error.to_string(),
    };
    if !path.metadata().map_err(failed)?.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes)).map_err(failed)?;
    Ok(bytes)
}
