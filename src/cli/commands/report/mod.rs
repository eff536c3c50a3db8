//! `ssgctl report`: summaries of balances, traffic and charges.

mod balances;
mod columns;
mod drawing;
mod groups;
mod row;
mod statement;
mod traffic;
mod usage;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Balances(balances::BalancesArgs),
    Statement(statement::StatementArgs),
    Traffic(traffic::TrafficArgs),
    Usage(usage::UsageArgs),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Balances(args) => balances::run(&args, context),
            Self::Statement(args) => statement::run(&args, context),
            Self::Traffic(args) => traffic::run(&args, context),
            Self::Usage(args) => usage::run(&args, context),
        }
    }
}
