//! `ssgctl customer edit`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{CustomerDetails, Organisation};
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::confusable;
use crate::args::effective::{EffectiveArgs, OverlayPlan};
use crate::args::vat_number;
use crate::commands::customer::details::Unset;
use crate::commands::customer::{DetailArgs, editor};
use crate::context::Context;
use crate::exit::Result;

/// Change a customer
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl customer edit ABCCORP331 --country IE --reason 'moved to Dublin'
  ssgctl customer edit ABCCORP331 --unset website --unset phone
  ssgctl customer edit ABCCORP331 --editor
  ssgctl customer edit ABCCORP331 --overlay ABC-NG --effective 2026-12-01
  ssgctl customer list --country UK -o name | xargs -r -n1 ssgctl customer edit --payment-terms-days 14")]
pub(crate) struct EditArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// Legal or trading name of the company
    #[arg(long, value_name = "NAME", help_heading = "Company")]
    organisation: Option<Organisation>,

    #[command(flatten)]
    details: DetailArgs,

    /// Plan that is asked for prices before the plans of the services, for all SMPP accounts of the customer, or `none`
    #[arg(long, value_name = "PLAN|none", help_heading = "Billing", conflicts_with = "editor", add = ArgValueCompleter::new(completion::plans))]
    overlay: Option<OverlayPlan>,

    #[command(flatten)]
    effective: EffectiveArgs,

    /// Clear this field; may be repeated
    #[arg(long, value_name = "FIELD", value_enum)]
    unset: Vec<Unset>,

    /// Edit the customer as TOML in $VISUAL or $EDITOR and confirm the difference
    #[arg(long)]
    editor: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

impl EditArgs {
    fn apply(self, details: &mut CustomerDetails) -> ssgctl::Result<()> {
        for field in self.unset {
            field.clear(details);
        }
        if let Some(organisation) = self.organisation {
            details.organisation = organisation;
        }
        self.details.apply(details)
    }
}

pub(crate) fn run(args: EditArgs, context: &mut Context) -> Result<()> {
    let (name, change) = (args.customer.clone(), args.change.clone());
    let from = args.effective.of("--overlay", args.overlay.is_some(), context)?;
    let overlay = args.overlay.clone();
    let may_rename = args.editor || args.organisation.is_some();
    let may_change_vat_number = args.editor || args.details.decides_vat_number();
    let customer = if args.editor {
        let before = context.read(|tx| ops::active::customer(tx, &name))?.details;
        let mut details = before.clone();
        args.apply(&mut details)?;
        let details = editor::edit(context, &name, details)?;
        // `replace` refuses to overwrite changes that another command saved while the editor was open.
        context.write(&change, |tx| ops::customer::replace(tx, &name, &before, details))?
    } else {
        context.write(&change, |tx| {
            let customer = ops::customer::edit(tx, &name, |details| args.apply(details))?;
            let Some(OverlayPlan(plan)) = overlay else { return Ok(customer) };
            let from = from.time(tx.at());
            ops::overlay::set_of_customer(tx, &name, plan.as_deref(), from)
        })?
    };
    if may_rename {
        confusable::warn(&customer, context);
    }
    if may_change_vat_number {
        vat_number::warn(&customer.details);
    }
    context.output.row(&customer)
}
