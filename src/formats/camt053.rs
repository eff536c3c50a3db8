//! Reads bank statements in ISO 20022 XML, camt.053 of any version, and takes the payments received.

use std::io::Read;

use jiff::civil::Date;
use roxmltree::{Document, Node};

use crate::error::{Fault, InputError};
use crate::formats::bank_key::BankKey;
use crate::model::invoice::BankEntry;
use crate::model::{Currency, Money};

/// The largest statement, which is held in memory as a whole.
const LARGEST: u64 = 64 << 20;

/// The entries of a statement file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BankStatement {
    /// Payments received, in the order of the file.
    pub entries: Vec<BankEntry>,
    /// How many entries took money out, or took back what had gone out.
    pub outgoing: u64,
    /// How many entries are announced but not booked.
    pub pending: u64,
}

/// Reads a file. Every fault ends it: a statement is read as a whole or not at all.
pub fn read_camt053(input: impl Read) -> Result<BankStatement, Fault> {
    let mut text = String::new();
    let read = input.take(LARGEST + 1).read_to_string(&mut text);
    read.map_err(|_| file_fault(1, 1, InputError::BadEncoding, "the statement is not text in UTF-8".to_owned()))?;
    if text.len() as u64 > LARGEST {
        return Err(file_fault(1, 1, InputError::TooLong, "the statement is larger than 64 MiB".to_owned()));
    }
    // Definitions of entities, which could make a short text huge, are refused by the library.
    let document = Document::parse(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let at = error.pos();
        file_fault(at.row, at.col, InputError::BadDocument, format!("the statement is not XML: {error}"))
    })?;
    let root = child(document.root_element(), "BkToCstmrStmt");
    let Some(root) = root else {
        let found = document.root_element();
        let inner = found.first_element_child().unwrap_or(found);
        let message = format!("the file is not a camt.053 statement: it has `{}`", inner.tag_name().name());
        return Err(fault_at(found, InputError::BadDocument, message));
    };
    let mut statement = BankStatement::default();
    for account in children(root, "Stmt") {
        let iban = path(account, &["Acct", "Id", "IBAN"]).or_else(|| path(account, &["Acct", "Id", "Othr", "Id"]));
        let own = iban.and_then(|node| node.text()).unwrap_or_default().trim().to_owned();
        let mut keys = BankKey::new(&own);
        for entry in children(account, "Ntry") {
            read_entry(entry, &mut keys, &mut statement)?;
        }
    }
    Ok(statement)
}

fn read_entry(entry: Node<'_, '_>, keys: &mut BankKey, statement: &mut BankStatement) -> Result<(), Fault> {
    let status = path(entry, &["Sts", "Cd"]).or_else(|| child(entry, "Sts")).and_then(|node| node.text());
    if status.is_some_and(|status| status.trim() != "BOOK") {
        statement.pending += 1;
        return Ok(());
    }
    let is_reversal = text_of(entry, &["RvslInd"]).is_some_and(|text| text == "true" || text == "1");
    if text_of(entry, &["CdtDbtInd"]).as_deref() != Some("CRDT") || is_reversal {
        statement.outgoing += 1;
        return Ok(());
    }
    let date = text_of(entry, &["BookgDt", "Dt"]).or_else(|| text_of(entry, &["BookgDt", "DtTm"]));
    let date = date.or_else(|| text_of(entry, &["ValDt", "Dt"])).and_then(|text| text.get(..10)?.parse::<Date>().ok());
    let Some(booked_on) = date else {
        return Err(fault_at(entry, InputError::MissingValue, "the entry has no booking date".to_owned()));
    };
    let bank_reference = reference_of(entry, &["AcctSvcrRef"]);
    let transactions: Vec<Node<'_, '_>> =
        children(entry, "NtryDtls").flat_map(|details| children(details, "TxDtls")).collect();
    let amounts: Vec<Option<Node<'_, '_>>> = transactions.iter().map(|details| transaction_amount(*details)).collect();
    // A batch is taken apart only if each payment in it says its amount.
    let is_batch = transactions.len() > 1 && amounts.iter().all(Option::is_some);
    if !is_batch {
        let details = if let [only] = transactions.as_slice() { Some(*only) } else { None };
        let reference =
            bank_reference.or_else(|| details.and_then(|details| reference_of(details, &["Refs", "AcctSvcrRef"])));
        let amount = amount_of(child(entry, "Amt"), entry)?;
        statement.entries.push(bank_entry(booked_on, amount, details.unwrap_or(entry), reference, keys));
        return Ok(());
    }
    for (index, (details, amount)) in transactions.iter().zip(amounts).enumerate() {
        let own = reference_of(*details, &["Refs", "AcctSvcrRef"]);
        let numbered = bank_reference.as_ref().map(|reference| format!("{reference}/{}", index + 1));
        // Banks that give every payment of a batch the reference of the batch leave only its place to tell them apart.
        let reference = if own == bank_reference { numbered } else { own.or(numbered) };
        let amount = amount_of(amount, *details)?;
        statement.entries.push(bank_entry(booked_on, amount, *details, reference, keys));
    }
    Ok(())
}

/// The bank's own reference. `NtryRef` is not one: many banks number the entries of each statement anew. Nor are the words that stand
/// for none.
fn reference_of(node: Node<'_, '_>, names: &[&'static str]) -> Option<String> {
    text_of(node, names).filter(|text| !matches!(text.as_str(), "NONREF" | "NOTPROVIDED"))
}

fn transaction_amount<'a, 'i>(details: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    child(details, "Amt").or_else(|| path(details, &["AmtDtls", "TxAmt", "Amt"]))
}

fn amount_of(node: Option<Node<'_, '_>>, entry: Node<'_, '_>) -> Result<(Money, Currency), Fault> {
    let Some(node) = node else {
        return Err(fault_at(entry, InputError::MissingValue, "the entry has no amount".to_owned()));
    };
    let text = node.text().unwrap_or_default().trim();
    let currency = node.attribute("Ccy").and_then(Currency::from_code);
    let amount = text.parse::<Money>().ok().filter(|amount| *amount > Money::ZERO);
    if let (Some(amount), Some(currency)) = (amount, currency) {
        return Ok((amount, currency));
    }
    let message = format!("`{text}` {} is not an amount", node.attribute("Ccy").unwrap_or("without currency"));
    Err(fault_at(node, InputError::BadValue, message))
}

fn bank_entry(
    booked_on: Date,
    (amount, currency): (Money, Currency),
    details: Node<'_, '_>,
    reference: Option<String>,
    keys: &mut BankKey,
) -> BankEntry {
    let payer = text_of(details, &["RltdPties", "Dbtr", "Pty", "Nm"])
        .or_else(|| text_of(details, &["RltdPties", "Dbtr", "Nm"]))
        .or_else(|| text_of(details, &["RltdPties", "UltmtDbtr", "Nm"]));
    let payer_account = text_of(details, &["RltdPties", "DbtrAcct", "Id", "IBAN"])
        .or_else(|| text_of(details, &["RltdPties", "DbtrAcct", "Id", "Othr", "Id"]));
    let remittance = child(details, "RmtInf");
    let structured = remittance.and_then(|node| text_of(node, &["Strd", "CdtrRefInf", "Ref"]));
    let mut texts: Vec<String> = remittance
        .iter()
        .flat_map(|node| children(*node, "Ustrd"))
        .filter_map(|node| node.text().map(|text| text.trim().to_owned()))
        .collect();
    texts.extend(text_of(details, &["AddtlTxInf"]).or_else(|| text_of(details, &["AddtlNtryInf"])));
    // What the payer's bank passed on from end to end often is an invoice number.
    let end_to_end = text_of(details, &["Refs", "EndToEndId"]).filter(|text| text != "NOTPROVIDED");
    texts.extend(end_to_end);
    let mut entry = BankEntry {
        key: String::new(),
        booked_on,
        currency,
        amount,
        payer,
        payer_account,
        reference: structured,
        text: texts.join(" "),
    };
    entry.key = keys.of(&entry, reference.as_deref());
    entry
}

/// The children of a name, whatever the version that their namespace names.
fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

fn path<'a, 'i>(node: Node<'a, 'i>, names: &[&'static str]) -> Option<Node<'a, 'i>> {
    names.iter().try_fold(node, |node, name| child(node, name))
}

fn text_of(node: Node<'_, '_>, names: &[&'static str]) -> Option<String> {
    let text = path(node, names)?.text()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn fault_at(node: Node<'_, '_>, code: InputError, message: String) -> Fault {
    let at = node.document().text_pos_at(node.range().start);
    file_fault(at.row, at.col, code, message)
}

fn file_fault(line: u32, column: u32, code: InputError, message: String) -> Fault {
    Fault::of_file(line.into(), column.into(), code, message)
}
