//! `ssgctl payment`: payments received, what they settle, and refunds.

mod allocate;
mod bank_file;
mod import;
mod list;
mod movement_args;
mod record;
mod refund;
mod reverse;
pub(crate) mod row;

use clap::Subcommand;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Record(ArgsIfNamed<record::RecordArgs>),
    Import(ArgsIfNamed<import::ImportArgs>),
    List(ArgsIfNamed<list::ListArgs>),
    Allocate(ArgsIfNamed<allocate::AllocateArgs>),
    Refund(ArgsIfNamed<refund::RefundArgs>),
    Reverse(ArgsIfNamed<reverse::ReverseArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Record(ArgsIfNamed(args)) => record::run(args, context),
            Self::Import(ArgsIfNamed(args)) => import::run(&args, context),
            Self::List(ArgsIfNamed(args)) => list::run(&args, context),
            Self::Allocate(ArgsIfNamed(args)) => allocate::run(args, context),
            Self::Refund(ArgsIfNamed(args)) => refund::run(args, context),
            Self::Reverse(ArgsIfNamed(args)) => reverse::run(args, context),
        }
    }
}
