//! `ssgctl invoice`: drafts, issued invoices, credit notes and write-offs.

mod cancel;
mod credit;
mod document;
mod export;
mod hold;
mod issue;
mod line;
mod list;
mod mailing;
mod new;
mod release;
mod remind;
mod row;
mod run;
mod send;
mod show;
mod write_off;

use clap::Subcommand;

pub(crate) use row::today;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    New(ArgsIfNamed<new::NewArgs>),
    Line(ArgsIfNamed<line::LineArgs>),
    Run(ArgsIfNamed<run::RunArgs>),
    Issue(ArgsIfNamed<issue::IssueArgs>),
    Send(ArgsIfNamed<send::SendArgs>),
    Remind(ArgsIfNamed<remind::RemindArgs>),
    Show(ArgsIfNamed<show::ShowArgs>),
    List(ArgsIfNamed<list::ListArgs>),
    Hold(ArgsIfNamed<hold::HoldArgs>),
    Release(ArgsIfNamed<release::ReleaseArgs>),
    Cancel(ArgsIfNamed<cancel::CancelArgs>),
    Credit(ArgsIfNamed<credit::CreditArgs>),
    WriteOff(ArgsIfNamed<write_off::WriteOffArgs>),
    Export(ArgsIfNamed<export::ExportArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::New(ArgsIfNamed(args)) => new::run(args, context),
            Self::Line(ArgsIfNamed(args)) => line::run(args, context),
            Self::Run(ArgsIfNamed(args)) => run::run(args, context),
            Self::Issue(ArgsIfNamed(args)) => issue::run(&args, context),
            Self::Send(ArgsIfNamed(args)) => send::run(&args, context),
            Self::Remind(ArgsIfNamed(args)) => remind::run(&args, context),
            Self::Show(ArgsIfNamed(args)) => show::run(&args, context),
            Self::List(ArgsIfNamed(args)) => list::run(&args, context),
            Self::Hold(ArgsIfNamed(args)) => hold::run(&args, context),
            Self::Release(ArgsIfNamed(args)) => release::run(&args, context),
            Self::Cancel(ArgsIfNamed(args)) => cancel::run(&args, context),
            Self::Credit(ArgsIfNamed(args)) => credit::run(args, context),
            Self::WriteOff(ArgsIfNamed(args)) => write_off::run(args, context),
            Self::Export(ArgsIfNamed(args)) => export::run(&args, context),
        }
    }
}
