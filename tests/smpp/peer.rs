//! A gateway of another make, the npm package `smpp`, that runs on our export. Where it is not installed this says so and
//! passes; `npm install --prefix target/peers smpp` installs it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::console::Console;

const MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/peers/node_modules");

fn is_installed() -> bool {
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    Path::new(MODULES).join("smpp").is_dir() && node.is_ok_and(|status| status.success())
}

/// The gateway, which ends when its stdin is closed.
struct NodeSmpp {
    process: Child,
    port: u16,
}

impl NodeSmpp {
    fn on(accounts: &PathBuf) -> Self {
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

#[test]
fn exported_credentials_bind_to_a_gateway_of_another_make() {
    if !is_installed() {
        eprintln!("not tried: the npm package smpp is not installed");
        return;
    }
    let console = Console::new();
    console.ok("customer new --organisation Acme --account-code ACME");
    console.ok("smpp add ACME --system-id acme_prod");
    console.ok("smpp add ACME --system-id acme_off --binding-enabled no");
    console.ok("smpp export --gateway json --file before.json");
    console.ok("smpp rotate-password acme_prod");
    console.ok("smpp export --gateway json --file during.json");
    console.ok("smpp add ACME --system-id acme_late");
    let probe = |accounts: &str, account: &str| {
        let gateway = NodeSmpp::on(&console.path(accounts));
        console
            .run(&format!("smpp probe {account} --host 127.0.0.1 --port {} --csv --fields status,smsc", gateway.port))
    };
    assert_eq!(probe("during.json", "acme_prod").succeeded("bound"), "status,smsc\nESME_ROK,node-smpp\n");
    let stale = probe("before.json", "acme_prod");
    assert!(stale.stdout.contains("ESME_RINVPASWD") && stale.stderr.contains("rotated"), "{stale:?}");
    let off = probe("during.json", "acme_off");
    assert!(off.stdout.contains("ESME_RBINDFAIL") && off.stderr.contains("binding is switched off"), "{off:?}");
    let unknown = probe("during.json", "acme_late");
    assert!(unknown.stdout.contains("ESME_RINVSYSID") && unknown.stderr.contains("export it"), "{unknown:?}");
    assert_eq!((stale.code, off.code, unknown.code), (Some(5), Some(5), Some(5)));
}
