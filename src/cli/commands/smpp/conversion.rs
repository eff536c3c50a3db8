//! Converts accounts for a gateway, as exports and pushes do.

use std::path::Path;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use ssgctl::error::{count, quoted};
use ssgctl::gateway::{Difference, ExportOptions, GatewayAccount, GatewayExport, GatewayProduct};
use ssgctl::ops::smpp::Credentials;

use crate::args::input;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, Row};

/// What is accepted although the gateway cannot hold everything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leniency {
    pub(super) skip_unfit: bool,
    pub(super) without_ip_limits: bool,
}

/// Parses a product; help and completion describe each.
pub(super) fn product() -> impl TypedValueParser<Value = GatewayProduct> {
    let words = GatewayProduct::ALL.map(|product| PossibleValue::new(product.as_str()).help(product.name()));
    PossibleValuesParser::new(words).try_map(|word| word.parse())
}

impl Row for Difference {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("system_id", |d| Cell::text(&d.system_id)),
        Column::new("action", |d| Cell::text(d.action.as_str())),
        Column::new("changes", |d: &Self| Cell::Changes(&d.fields)).text(),
    ];
}

/// The accounts that the gateway holds.
pub(super) fn read_held(
    product: GatewayProduct,
    file: &Path,
    read: fn(&Path) -> Result<Vec<u8>>,
) -> Result<Vec<GatewayAccount>> {
    product.read(&read(file)?).map_err(|faults| Failure::of_file(&input::name(file), faults).of_compared())
}

/// Converts the accounts for the gateway. Fails if it cannot hold one, unless --skip-unfit is given, and notes each
/// feature that it does not support.
pub(super) fn convert(
    product: GatewayProduct,
    leniency: Leniency,
    accounts: &[Credentials],
    held: Option<Vec<GatewayAccount>>,
    context: &mut Context,
) -> Result<GatewayExport> {
    let end_sessions_of = context.read(|snapshot| snapshot.passwords_ended_since_export(product.as_str()))?;
    let options = ExportOptions { held, end_sessions_of, without_ip_limits: leniency.without_ip_limits };
    let export = product.export(accounts, &options);
    if !export.unfit.is_empty() && !leniency.skip_unfit {
        let reasons = export.unfit.iter().map(|unfit| {
            let message = format!("SMPP account {}: {}", quoted(&unfit.system_id), unfit.reason);
            Failure::new(ErrorCode::Refused, message)
        });
        let count = count(export.unfit.len() as u64, "account");
        let message = format!("{} cannot hold {count}; nothing was exported", product.as_str());
        return Err(Failure::new(ErrorCode::Refused, message)
            .hint("--skip-unfit leaves them out")
            .with_details(reasons.collect()));
    }
    for unfit in &export.unfit {
        Context::warn(&format!("SMPP account {} is left out: {}", quoted(&unfit.system_id), unfit.reason));
    }
    for warning in &export.warnings {
        Context::warn(warning);
    }
    for note in &export.notes {
        context.note(note);
    }
    for unsupported in &export.unsupported {
        let system_ids = first_few(&unsupported.system_ids);
        context.note(&format!("{} does not support {}: {system_ids}", product.as_str(), unsupported.feature));
    }
    Ok(export)
}

/// The first five names, and the number of the others.
pub(super) fn first_few(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}
