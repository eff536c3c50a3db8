//! A gateway of another make, the npm package `smpp`, that runs on our export; `npm install --prefix target/peers smpp`
//! installs it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/peers/node_modules");

/// Whether it is there to be started.
pub fn is_installed() -> bool {
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    Path::new(MODULES).join("smpp").is_dir() && node.is_ok_and(|status| status.success())
}

/// The gateway, which ends when its stdin is closed.
pub struct NodeSmpp {
    process: Child,
    pub port: u16,
}

impl NodeSmpp {
    /// Starts it on a file of accounts.
    pub fn on(accounts: &Path) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smpp/peer.js");
        let mut gateway = Command::new("node");
        gateway.env("NODE_PATH", MODULES).arg(script).arg(accounts).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = gateway.spawn().expect("started");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("a port");
        Self { process, port: line.trim().parse().expect("a port") }
    }
}

impl Drop for NodeSmpp {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
