//! A gateway that is running: how to read what it holds, and what it should hold.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::gateway::{GatewayAccount, GatewayExport, GatewayProduct, Review, limited_to};
use ssgctl::ops;
use ssgctl::ops::smpp::Credentials;
use ssgctl::store::Clock;
use ssgctl::store::vault::Vault;
use zeroize::Zeroizing;

use crate::args::completion;
use crate::args::input;
use crate::commands::smpp::conversion::{Leniency, convert, product, read_held};
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// The maximum size of what a command prints of a gateway.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The gateway to compare with.
#[derive(Debug, Args)]
pub(super) struct LiveArgs {
    /// Gateway product
    #[arg(long, value_name = "PRODUCT", value_parser = product())]
    pub(super) gateway: GatewayProduct,

    /// File with the accounts that the gateway holds
    #[arg(long, value_name = "FILE", conflicts_with = "read_with")]
    pub(super) file: Option<PathBuf>,

    /// Shell command that prints the accounts that the gateway holds
    #[arg(long, value_name = "COMMAND")]
    pub(super) read_with: Option<String>,

    /// Only accounts of this customer: account code or API ID
    #[arg(long, value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    pub(super) customer: Option<String>,

    /// Leave out the `allowed_ips` of accounts; only for jasmin-0.11
    #[arg(long)]
    without_ip_limits: bool,

    /// Leave out accounts that the gateway cannot hold
    #[arg(long)]
    skip_unfit: bool,
}

/// What a gateway holds and should hold.
pub(super) struct LiveGateway {
    pub(super) product: GatewayProduct,
    vault: Vault,
    accounts: Vec<Credentials>,
    pub(super) export: GatewayExport,
    pub(super) review: Review,
}

impl LiveArgs {
    /// Reads what the gateway holds and compares it with what it should hold.
    pub(super) fn review(&self, context: &mut Context) -> Result<LiveGateway> {
        let product = self.gateway;
        if self.without_ip_limits && product != GatewayProduct::OldJasmin {
            return Err(Failure::usage("--without-ip-limits is only for jasmin-0.11").field("without_ip_limits"));
        }
        let held = self.held()?;
        let vault = context.existing_vault()?;
        let now = Clock::System.now();
        let accounts =
            context.read(|snapshot| ops::smpp::credentials(snapshot, &vault, self.customer.as_deref(), now))?;
        let leniency = Leniency { skip_unfit: self.skip_unfit, without_ip_limits: self.without_ip_limits };
        let held = self.of_customer(&accounts, held);
        let export = convert(product, leniency, &accounts, Some(held.clone()), context)?;
        let review = Review::new(product, &vault, &export.entries, &held);
        Ok(LiveGateway { product, vault, accounts, export, review })
    }

    /// Reads what the gateway holds now, and compares it with what it should have held at the review.
    pub(super) fn review_again(&self, gateway: &LiveGateway) -> Result<Review> {
        let held = self.of_customer(&gateway.accounts, self.held()?);
        Ok(Review::new(gateway.product, &gateway.vault, &gateway.export.entries, &held))
    }

    fn of_customer(&self, accounts: &[Credentials], held: Vec<GatewayAccount>) -> Vec<GatewayAccount> {
        if self.customer.is_some() { limited_to(accounts, held) } else { held }
    }

    fn held(&self) -> Result<Vec<GatewayAccount>> {
        match (&self.file, &self.read_with) {
            // A gateway whose file was not written yet holds nothing.
            (Some(file), _) if self.gateway.replaces_everything() && is_missing(file) => Ok(Vec::new()),
            // The file is the gateway's: a push replaces it.
            (Some(file), _) => read_held(self.gateway, file, input::read_replaced),
            (None, Some(command)) => {
                let printed = output_of(command)?;
                self.gateway.read(&printed).map_err(|faults| Failure::of_file("--read-with", faults).of_compared())
            }
            (None, None) => Err(Failure::not_given("--file <FILE> or --read-with <COMMAND>", "file")
                .hint("--file names the file that the gateway reads, --read-with a command that prints its accounts")),
        }
    }
}

impl LiveGateway {
    /// The number of accounts whose passwords are handed to the gateway.
    pub(super) fn accounts(&self) -> usize {
        self.accounts.len()
    }

    /// The file or script that gives the gateway what it should hold. It contains passwords.
    pub(super) fn script(&self) -> Zeroizing<String> {
        self.product.write(&self.export.entries)
    }
}

fn is_missing(file: &Path) -> bool {
    file != Path::new("-") && file.symlink_metadata().is_err()
}

/// Passes a script to the standard input of a command. What it prints may repeat passwords, and is dropped.
pub(super) fn load_with(command: &str, script: &str) -> Result<()> {
    let mut child = start(command, Stdio::piped(), Stdio::null())?;
    let written = match child.stdin.take() {
        Some(mut stdin) => stdin.write_all(script.as_bytes()),
        None => Ok(()),
    };
    let hint = "the gateway may hold a part of the push; `ssgctl smpp drift` shows what differs";
    end(child, "--load-with").map_err(|failure| failure.hint(hint))?;
    // A command that succeeds without reading everything has not loaded everything.
    written.map_err(|error| Failure::new(ErrorCode::Io, format!("--load-with did not read everything: {error}")))
}

/// What a command prints.
fn output_of(command: &str) -> Result<Zeroizing<Vec<u8>>> {
    let mut child = start(command, Stdio::null(), Stdio::piped())?;
    let mut printed = Zeroizing::new(Vec::new());
    if let Some(stdout) = child.stdout.take() {
        let read = stdout.take(MAX_BYTES).read_to_end(&mut printed);
        read.map_err(|error| Failure::new(ErrorCode::Io, format!("cannot read from --read-with: {error}")))?;
    }
    end(child, "--read-with")?;
    Ok(printed)
}

fn start(command: &str, stdin: Stdio, stdout: Stdio) -> Result<Child> {
    let started = Command::new("/bin/sh").args(["-c", command]).stdin(stdin).stdout(stdout).spawn();
    started.map_err(|error| Failure::new(ErrorCode::Io, format!("cannot start /bin/sh: {error}")))
}

fn end(mut child: Child, option: &str) -> Result<()> {
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(ErrorCode::Io, format!("the command of {option} failed: {status}"))),
        Err(error) => Err(Failure::new(ErrorCode::Io, format!("the command of {option}: {error}"))),
    }
}
