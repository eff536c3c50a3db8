//! `ssgctl customer import`.

use std::collections::HashMap;

use clap::{Args, ValueEnum};
use ssgctl::import::customer::{Customers, Match};

use crate::args::import;
use crate::context::Context;
use crate::exit::Result;

/// Import customers from a file, all or nothing
///
/// Reads the columns of `customer export`, and files of Xero, QuickBooks Online, Stripe and WHMCS, which are detected
/// by their header. `--from` sets the kind of file if detection fails, and `--map` maps single columns. People in such
/// a file become contacts. Columns that ssgctl has no field for are reported and not imported.
///
/// A row is matched with a customer by account code, else by API ID, else by name. If the customer exists and differs,
/// the file is refused, or the customer is changed with `--update`. Missing columns and empty cells leave fields
/// unchanged.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl customer import customers.csv --dry-run
  ssgctl customer import Contacts.csv --from xero --reason 'moved from Xero'
  ssgctl customer import clients.csv --map 'Client=organisation' --map 'VAT no=vat_reg_no'
  ssgctl customer import customers.csv --update --skip-invalid --rejects wrong.csv
  ssgctl customer export -o jsonl | jq -c '.country = \"IE\"' | ssgctl customer import - --update")]
pub(crate) struct ImportArgs {
    /// Match customers by this field only
    #[arg(long = "match", value_name = "FIELD", value_enum, help_heading = "Columns")]
    key: Option<Key>,

    #[command(flatten)]
    import: import::ImportArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Key {
    AccountCode,
    ApiId,
    Organisation,
}

pub(crate) fn run(args: &ImportArgs, context: &mut Context) -> Result<()> {
    context.may_create_database(args.import.is_dry_run());
    let (defaults, warnings) = (context.settings.defaults.clone(), context.settings.warnings.clone());
    let key = match args.key {
        None => Match::FirstPresent,
        Some(Key::AccountCode) => Match::AccountCode,
        Some(Key::ApiId) => Match::ApiId,
        Some(Key::Organisation) => Match::Organisation,
    };
    let mut customers = Customers {
        key,
        defaults: &|details| defaults.apply(details),
        after_create: &|tx, customer| warnings.apply(tx, customer.account_code.as_str()),
        people: HashMap::new(),
    };
    import::run(&args.import, &mut customers, context)
}
