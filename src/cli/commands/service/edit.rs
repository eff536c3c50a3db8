//! `ssgctl service edit`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{Money, Name};
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;

/// Change the name or price of a service; its unit cannot change
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl service edit uk-direct --price 0.0310 --reason 'new carrier rate'")]
pub(crate) struct EditArgs {
    /// Code or API ID
    #[arg(value_name = "SERVICE", add = ArgValueCompleter::new(completion::services))]
    service: String,

    /// Name of the service
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,

    /// Price per message part in the unit of the service, up to 8 decimals
    #[arg(long, value_name = "PRICE", allow_hyphen_values = true)]
    price: Option<Money>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: EditArgs, context: &mut Context) -> Result<()> {
    let service = context.write(&args.change, |tx| {
        ops::service::edit(tx, &args.service, |details| {
            details.name = args.name.unwrap_or(details.name.clone());
            details.price = args.price.unwrap_or(details.price);
        })
    })?;
    context.output.row(&service)
}
