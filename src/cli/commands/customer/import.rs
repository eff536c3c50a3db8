//! `ssgctl customer import`.

use clap::{Args, ValueEnum};
use ssgctl::import::customer::{Customers, Match};

use crate::args::import;
use crate::context::Context;
use crate::exit::Result;

/// Make and change customers from a file, all or nothing
///
/// Our own columns are those that `customer export` writes. Files of Xero, QuickBooks Online, Stripe and WHMCS are known by
/// their header; `--from` names the kind of file where that is not enough, and `--map` reads single columns. People that
/// such a file has become contacts. What a file has beyond our fields is told and not imported.
///
/// A row finds its customer by account code, else by API ID, else by name. A customer that is there already, just as the row
/// has it, is left alone; one that differs refuses the file, or is changed with `--update`. A column that is not there and a
/// cell that is empty leave the field of a customer alone.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl customer import customers.csv --dry-run
  ssgctl customer import Contacts.csv --from xero --reason 'moved from Xero'
  ssgctl customer import clients.csv --map 'Client=organisation' --map 'VAT no=vat_reg_no'
  ssgctl customer import customers.csv --update --skip-invalid --rejects wrong.csv
  ssgctl customer export -o jsonl | jq -c '.country = \"IE\"' | ssgctl customer import - --update")]
pub(crate) struct ImportArgs {
    /// Find customers by this field alone
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
    let (defaults, warnings) = (context.settings.defaults.clone(), context.settings.warnings.clone());
    let key = match args.key {
        None => Match::Given,
        Some(Key::AccountCode) => Match::AccountCode,
        Some(Key::ApiId) => Match::ApiId,
        Some(Key::Organisation) => Match::Organisation,
    };
    let mut customers = Customers {
        key,
        usual: &|details| defaults.apply(details),
        made: &|tx, customer| warnings.apply(tx, customer.account_code.as_str()),
    };
    import::run(&args.import, &mut customers, context)
}
