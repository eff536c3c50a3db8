//! `ssgctl service new`.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::{Money, Name, ServiceCode, ServiceDetails, Unit};
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::misread;
use crate::context::Context;
use crate::exit::Result;

/// Create a service
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl service new uk-direct --name 'UK direct' --unit GBP --price 0.0325
  ssgctl service new premium --name Premium --unit SMS --price 2")]
pub(crate) struct NewArgs {
    /// Code of the new service
    #[arg(value_name = "CODE")]
    code: ServiceCode,

    /// Name of the service
    #[arg(long, value_name = "NAME")]
    name: Name,

    /// Unit of the price: SMS credits or a currency code by ISO 4217
    #[arg(long, value_name = "UNIT", default_value_t, add = ArgValueCandidates::new(completion::units))]
    unit: Unit,

    /// Price per message part in this unit, up to 8 decimals
    #[arg(long, value_name = "PRICE", default_value = "1", allow_hyphen_values = true)]
    price: Money,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: NewArgs, context: &mut Context) -> Result<()> {
    context.may_create_database(args.change.dry_run);
    let details = ServiceDetails { name: args.name, price: args.price };
    let service = context.write(&args.change, |tx| ops::service::new(tx, args.code, args.unit, details))?;
    misread::warn("service code", service.code.as_str());
    context.output.row(&service)
}
