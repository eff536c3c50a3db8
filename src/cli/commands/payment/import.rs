//! `ssgctl payment import`.

use clap::Args;
use ssgctl::model::Unit;
use ssgctl::model::invoice::{BankEntry, BankOutcome, MatchReason};
use ssgctl::ops;
use ssgctl::ops::payment::BankEntryResult;

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::commands::payment::bank_file::BankFileArgs;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// How many commands for entries that are left are printed.
const MOST_COMMANDS: usize = 10;

/// Record the payments of a bank's file, each once, and settle the invoices that they name
///
/// Reads a statement in ISO 20022 XML (camt.053, any version) or the CSV file of a bank. The columns of Wise, Revolut Business,
/// Starling and Sparkasse (CSV-CAMT) are known; name those of another bank with --map, or once for all with --from and a section
/// [import.NAME] of the configuration. Lines before the header are skipped.
///
/// A payment is recorded if one invoice or pro-forma fits, by the first of these: the payment reference of the invoice
/// (ISO 11649, `RF…`), its number in the text, or its exact open amount together with the account code in the text or the name
/// of the payer. If the payer names several invoices of one customer and pays exactly what is open of them, they are all settled.
/// The rest of a larger payment stays unallocated; a smaller one leaves the invoice partly paid. A pro-forma that is paid
/// becomes an invoice and its top-up is posted, as by `ssgctl payment record`.
///
/// Every other entry is left for you, and the command to record it is printed: several invoices fit, the invoice is in another
/// currency or not open, a rule refuses it, the bank took a payment back, or nothing fits. Debits, reversals of debits and
/// pending entries are counted only. Payments in a batch are entries of their own where the file has their amounts.
///
/// The key of a payment is the bank's reference of the entry, so importing a file again records nothing twice, and neither does
/// an entry that you recorded by hand with its key. Where a file has no references, the key is made from what the entry says and
/// its place among equal entries of the file: export whole days then, and the same account always.
///
/// All payments are recorded in one transaction. A file with an error records nothing. Exits 7 if entries are left for you.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl payment import camt053.xml --dry-run
  ssgctl payment import statement.csv --fields booked_on,amount,payer,outcome,invoices
  ssgctl payment import umsaetze.csv --encoding windows-1252
  ssgctl payment import bank.csv --map 'Booking date=date' --map 'Paid in=amount' --map Details=text --currency GBP
  ssgctl payment import bank.csv --json | jq -r '.[] | select(.outcome == \"unmatched\") | .next_command'")]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    file: BankFileArgs,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &ImportArgs, context: &mut Context) -> Result<()> {
    let invoicing = context.settings.invoicing_with_email()?;
    let statement = args.file.read(context)?;
    context.apply_clock(args.clock)?;
    let results = context.write(&args.change, |tx| {
        ops::payment::import_bank(tx, &invoicing, &statement.entries).map_err(Failure::from)
    })?;
    context.output.rows(&results)?;
    let omitted = [
        (statement.outgoing, "outgoing entry", "outgoing entries"),
        (statement.pending, "pending entry", "pending entries"),
    ];
    for (number, one, several) in omitted.into_iter().filter(|(number, ..)| *number > 0) {
        context.note(&format!("{number} {} omitted", if number == 1 { one } else { several }));
    }
    verdict(&results, context)
}

/// Prints what to do about the entries that are left.
fn verdict(results: &[BankEntryResult], context: &Context) -> Result<()> {
    let left: Vec<&BankEntryResult> = results.iter().filter(|result| result.outcome.is_left()).collect();
    if left.is_empty() {
        return Ok(());
    }
    for result in left.iter().take(MOST_COMMANDS) {
        context.note(&sentence(result));
        if let Some(command) = next_command(result) {
            context.note(&format!("  {command}"));
        }
    }
    if left.len() > MOST_COMMANDS {
        context.note(&format!("and {} more; their commands are in the field next_command", left.len() - MOST_COMMANDS));
    }
    let entries = if results.len() == 1 { "entry" } else { "entries" };
    let message = format!("{} of {} {entries} left for you to record", left.len(), results.len());
    Err(Failure::new(ErrorCode::Unmatched, message))
}

/// Why an entry is left.
fn sentence(result: &BankEntryResult) -> String {
    let BankEntry { booked_on, currency, amount, payer, .. } = &result.entry;
    let amount = Unit::Currency(*currency).format(*amount);
    let payer = payer.as_ref().map(|payer| format!(" from {payer}")).unwrap_or_default();
    let invoices = result.invoices.join(", ");
    let why = match result.outcome {
        BankOutcome::Several => format!("several invoices fit: {invoices}"),
        BankOutcome::OtherCurrency => format!("{invoices} is in another currency"),
        BankOutcome::NotOpen => format!("nothing is open of {invoices}"),
        BankOutcome::Returned => "the bank took the payment back".to_owned(),
        BankOutcome::Refused | BankOutcome::KeyConflict => result.why.clone().unwrap_or_default(),
        BankOutcome::Unmatched => "no invoice fits".to_owned(),
        BankOutcome::Recorded | BankOutcome::AlreadyRecorded => String::new(),
    };
    format!("{booked_on} {amount} {currency}{payer}: {why}")
}

/// The options that name the invoices of an entry which several fit: all that the payer named, else the one to be chosen.
fn invoice_options(result: &BankEntryResult) -> String {
    match (&result.customer, result.reason) {
        (Some(_), Some(MatchReason::Reference | MatchReason::Number)) => result
            .invoices
            .iter()
            .fold(String::new(), |options, invoice| format!("{options} --invoice {}", shell_words::quote(invoice))),
        _ => " --invoice INVOICE".to_owned(),
    }
}

/// The command that records an entry by hand, after which an import knows it. Words in capitals are not known.
pub(crate) fn next_command(result: &BankEntryResult) -> Option<String> {
    let BankEntry { key, booked_on, currency, amount, .. } = &result.entry;
    let key = shell_words::quote(key);
    let customer = result.customer.as_ref().map_or("CUSTOMER", |customer| customer.as_str());
    let record = format!("ssgctl payment record {customer} {amount} --currency {currency} --on {booked_on}");
    match result.outcome {
        BankOutcome::Several => Some(format!("{record}{} --key {key}", invoice_options(result))),
        BankOutcome::OtherCurrency | BankOutcome::NotOpen | BankOutcome::Unmatched => {
            Some(format!("{record} --key {key}"))
        }
        BankOutcome::Returned => {
            let payment =
                result.payment.as_ref().map_or_else(|| "PAYMENT".to_owned(), |payment| payment.id.to_string());
            Some(format!("ssgctl payment reverse {payment} --description 'returned by the bank' --key {key}"))
        }
        // Once the reason is gone, importing the file again records the entry.
        BankOutcome::Recorded | BankOutcome::AlreadyRecorded | BankOutcome::Refused | BankOutcome::KeyConflict => None,
    }
}
