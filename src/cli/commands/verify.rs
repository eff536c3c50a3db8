//! `ssgctl verify`.

use std::path::PathBuf;

use clap::Args;
use ssgctl::model::{Money, Unit};
use ssgctl::report::{ProofBreak, ProvenStatement, verify_statement};
use ssgctl::store::bundle::{is_archive, verify_bundle};
use ssgctl::store::signing::PublicKey;

use crate::args::input;
use crate::commands::audit::BundleRow;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, FieldKeys, Row};

/// Check a signed statement, or a bundle of `audit bundle`, without any database
///
/// Checks that the sums of a file of `report statement --prove` agree, that each entry has the hash of its content, and
/// that the signature is of every byte of the statement. Prints the statement's figures and exits 0 if all holds; names the
/// first thing that does not hold, and exits 7.
///
/// Of a bundle, it checks the signature, then each file, then that no file was added, and names the first that differs.
///
/// --key is a file with the operator's public key, which `ssgctl config public-key` prints; take it from the operator, not
/// from the sender of the statement.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl verify november.json --key operator.pub
  ssgctl verify november.json --key operator.pub --json
  ssgctl verify audit-2026 --key operator.pub")]
pub(crate) struct VerifyArgs {
    /// File of `report statement --prove`, or folder or .tar of `audit bundle`; - is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// File with the public key of the operator
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

struct Verified(ProvenStatement);

/// An amount as the statement has it.
fn amount<'a>(statement: &'a ProvenStatement, text: &'a str) -> Cell<'a> {
    match (statement.unit.parse::<Unit>(), text.parse::<Money>()) {
        (Ok(unit), Ok(amount)) => Cell::amount(unit, amount),
        _ => Cell::text(text),
    }
}

impl Row for Verified {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |v| Cell::text(&v.0.customer)),
        Column::detail("organisation", |v: &Self| Cell::text(&v.0.organisation)).text(),
        Column::new("unit", |v| Cell::text(&v.0.unit)),
        Column::new("from", |v| Cell::text(&v.0.from)),
        Column::new("until", |v| Cell::text(&v.0.until)),
        Column::new("opening_balance", |v| amount(&v.0, &v.0.opening_balance)),
        Column::new("entries", |v| Cell::number(v.0.entries.len())),
        Column::new("closing_balance", |v| amount(&v.0, &v.0.closing_balance)),
        Column::detail("accrued", |v| amount(&v.0, &v.0.accrued)),
        Column::detail("balance", |v| amount(&v.0, &v.0.balance)),
        Column::detail("made_at", |v| Cell::text(&v.0.made_at)),
        Column::detail("head", |v| Cell::shown(format!("{}:{}", v.0.head.id, v.0.head.hash))),
    ];
}

pub(crate) fn run(args: &VerifyArgs, context: &mut Context) -> Result<()> {
    let is_bundle = args.file.is_dir() || is_archive(&args.file);
    context.output.refuse_unknown_fields(&if is_bundle { BundleRow::keys() } else { Verified::keys() })?;
    let key: PublicKey = input::read_text(&args.key)?.parse().map_err(|rule| {
        let key = input::name(&args.key);
        Failure::new(ErrorCode::BadValue, format!("{key} is not a public key: it {rule}"))
            .exit(crate::exit::Exit::BadInput)
            .hint("the operator prints it with `ssgctl config public-key`")
    })?;
    if is_bundle {
        return match verify_bundle(&args.file, &key)? {
            Ok(summary) => context.output.row(&BundleRow(summary)),
            Err(reason) => Err(Failure::new(ErrorCode::Differs, reason)
                .hint("do not rely on the folder; ask the operator for the bundle again")),
        };
    }
    let text = String::from_utf8(input::read_bytes(&args.file)?);
    let text = text.map_err(|_| Failure::new(ErrorCode::BadEncoding, "the proof is not UTF-8 text"))?;
    match verify_statement(&text, &key)? {
        Ok(statement) => context.output.row(&Verified(statement)),
        Err(ProofBreak(reason)) => Err(Failure::new(ErrorCode::Differs, reason)
            .hint("do not rely on the file; ask the operator for the statement again")),
    }
}
