//! Probes of a gateway of another make that runs on our export. Where it is not installed this says so and passes.

use crate::support::cli::TestCli;
use crate::support::node_smpp::{NodeSmpp, is_installed};

#[test]
fn exported_credentials_bind_to_a_gateway_of_another_make() {
    if !is_installed() {
        eprintln!("not tried: the npm package smpp is not installed");
        return;
    }
    let cli = TestCli::new();
    cli.ok("customer new --organisation Acme --account-code ACME");
    cli.ok("smpp add ACME --system-id acme_prod");
    cli.ok("smpp add ACME --system-id acme_off --binding-enabled no");
    cli.ok("smpp export --gateway json --file before.json");
    cli.ok("smpp rotate-password acme_prod");
    cli.ok("smpp export --gateway json --file during.json");
    cli.ok("smpp add ACME --system-id acme_late");
    let probe = |accounts: &str, account: &str| {
        let gateway = NodeSmpp::on(&cli.path(accounts));
        cli.run(&format!("smpp probe {account} --host 127.0.0.1 --port {} --csv --fields status,smsc", gateway.port))
    };
    assert_eq!(probe("during.json", "acme_prod").succeeded("bound"), "status,smsc\nESME_ROK,node-smpp\n");
    let stale = probe("before.json", "acme_prod");
    assert!(stale.stdout.contains("ESME_RINVPASWD") && stale.stderr.contains("rotated"), "{stale:?}");
    let off = probe("during.json", "acme_off");
    assert!(off.stdout.contains("ESME_RBINDFAIL") && off.stderr.contains("binding is disabled"), "{off:?}");
    let unknown = probe("during.json", "acme_late");
    assert!(
        unknown.stdout.contains("ESME_RINVSYSID") && unknown.stderr.contains("run `ssgctl smpp export`"),
        "{unknown:?}"
    );
    assert_eq!((stale.code, off.code, unknown.code), (Some(5), Some(5), Some(5)));
}
