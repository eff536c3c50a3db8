//! `ssgctl report`: summaries of balances, traffic and charges.

mod balances;
mod columns;
mod comparison;
mod drawing;
mod forecast;
mod groups;
mod receivables;
mod row;
mod statement;
mod traffic;
mod usage;

use clap::Subcommand;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Balances(ArgsIfNamed<balances::BalancesArgs>),
    Forecast(ArgsIfNamed<forecast::ForecastArgs>),
    Statement(ArgsIfNamed<statement::StatementArgs>),
    Receivables(ArgsIfNamed<receivables::ReceivablesArgs>),
    Traffic(ArgsIfNamed<traffic::TrafficArgs>),
    Usage(ArgsIfNamed<usage::UsageArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Balances(ArgsIfNamed(args)) => balances::run(&args, context),
            Self::Forecast(ArgsIfNamed(args)) => forecast::run(&args, context),
            Self::Statement(ArgsIfNamed(args)) => statement::run(&args, context),
            Self::Receivables(ArgsIfNamed(args)) => receivables::run(&args, context),
            Self::Traffic(ArgsIfNamed(args)) => traffic::run(&args, context),
            Self::Usage(ArgsIfNamed(args)) => usage::run(&args, context),
        }
    }
}
