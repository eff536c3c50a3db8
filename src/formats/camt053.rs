//! Reads bank statements in ISO 20022 XML, camt.053 of any version, and takes the payments received.

use std::io::Read;

use jiff::civil::Date;
use roxmltree::{Document, Node, ParsingOptions};

use crate::error::{Fault, InputError};
use crate::formats::bank_key::BankKeys;
use crate::formats::text_encoding::TextEncoding;
use crate::model::invoice::{BankEntry, BankStatement};
use crate::model::{Currency, Money};

/// The largest statement, which is held in memory as a whole.
const LARGEST: u64 = 64 << 20;

/// The most elements and texts of a statement. Each takes a hundred bytes of memory, so that a file of nothing but tags would take
/// gigabytes.
const MOST_NODES: u32 = 6_000_000;

/// The most attributes of an element.
const MOST_ATTRIBUTES: usize = 1_000;

/// Reads a file. Every fault ends it: a statement is read as a whole or not at all.
pub fn read_camt053(input: impl Read) -> Result<BankStatement, Fault> {
    let not_text = || file_fault(1, 1, InputError::BadEncoding, "the statement is not text in UTF-8".to_owned());
    let mut bytes = Vec::new();
    input.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|_| not_text())?;
    if bytes.len() as u64 > LARGEST {
        return Err(file_fault(1, 1, InputError::TooLong, "the statement is larger than 64 MiB".to_owned()));
    }
    let bytes = TextEncoding::declared(&bytes).unwrap_or(TextEncoding::Utf8).decode(&bytes);
    let text = std::str::from_utf8(&bytes).map_err(|_| not_text())?;
    // The library compares each attribute of an element with all others. No statement has many.
    if text.split('<').any(|tag| tag.matches('=').count() > MOST_ATTRIBUTES) {
        return Err(file_fault(
            1,
            1,
            InputError::TooLong,
            format!("an element has more than {MOST_ATTRIBUTES} attributes"),
        ));
    }
    // Definitions of entities, which could make a short text huge, are refused by the library.
    let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let parsed = Document::parse_with_options(text.trim_start_matches('\u{feff}'), options);
    let document = parsed.map_err(|error| {
        let at = error.pos();
        file_fault(at.row, at.col, InputError::BadDocument, format!("the statement is not XML: {error}"))
    })?;
    let Some(root) = statement_root(document.root_element()) else {
        let found = document.root_element();
        let inner = found.first_element_child().unwrap_or(found);
        let message = format!("the file is not a camt.053 statement: it has `{}`", inner.tag_name().name());
        return Err(fault_at(found, InputError::BadDocument, message));
    };
    let mut reader = EntryReader::default();
    for account in children(root, "Stmt") {
        let iban = path(account, &["Acct", "Id", "IBAN"]).or_else(|| path(account, &["Acct", "Id", "Othr", "Id"]));
        iban.map(whole_text).unwrap_or_default().trim().clone_into(&mut reader.account);
        for entry in children(account, "Ntry") {
            reader.read(entry)?;
        }
    }
    Ok(reader.statement)
}

/// The element that has the statements. Some banks deliver the document in an envelope.
fn statement_root<'a, 'i>(root: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    child(root, "BkToCstmrStmt").or_else(|| path(root, &["Document", "BkToCstmrStmt"]))
}

/// Reads the entries of one account after the other.
#[derive(Default)]
struct EntryReader {
    statement: BankStatement,
    keys: BankKeys,
    /// Our own account.
    account: String,
}

/// What the direction of an entry, or of a payment in a batch, means for customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Movement {
    Received,
    /// A payment that came in was taken back.
    Returned,
    /// Our own payment, or one that came back to us.
    Outgoing,
}

impl EntryReader {
    fn read(&mut self, entry: Node<'_, '_>) -> Result<(), Fault> {
        let status = path(entry, &["Sts", "Cd"]).or_else(|| child(entry, "Sts")).map(whole_text);
        if status.is_some_and(|status| status.trim() != "BOOK") {
            self.statement.pending += 1;
            return Ok(());
        }
        let transactions: Vec<Node<'_, '_>> =
            children(entry, "NtryDtls").flat_map(|details| children(details, "TxDtls")).collect();
        let amount = amount_of(child(entry, "Amt"), entry)?;
        let parts: Vec<_> = transactions.iter().map(|details| transaction_amount(*details)).collect();
        // A batch is taken apart only if each payment in it says its amount in the currency of the account.
        let is_batch = transactions.len() > 1
            && parts.iter().all(|part| part.is_some_and(|part| part.attribute("Ccy") == Some(amount.1.code())));
        let bank_reference = reference_of(entry, &["AcctSvcrRef"]);
        let amounts = if is_batch { amounts_of_batch(entry, &transactions, amount.0)? } else { None };
        let Some(amounts) = amounts else {
            let details = if let [only] = transactions.as_slice() { Some(*only) } else { None };
            let reference =
                bank_reference.or_else(|| details.and_then(|details| reference_of(details, &["Refs", "AcctSvcrRef"])));
            return self.add(entry, details.unwrap_or(entry), amount, reference);
        };
        let own: Vec<_> = transactions.iter().map(|details| reference_of(*details, &["Refs", "AcctSvcrRef"])).collect();
        for (index, (details, amount)) in transactions.iter().zip(amounts).enumerate() {
            // Banks that give every payment of a batch one reference leave only its place to tell them apart.
            let is_shared =
                own[index] == bank_reference || own.iter().filter(|other| **other == own[index]).count() > 1;
            let shared = bank_reference.as_ref().or(own[index].as_ref());
            let numbered = shared.map(|reference| format!("{reference}/{}", index + 1));
            let reference = if is_shared { numbered } else { own[index].clone().or(numbered) };
            self.add(entry, *details, amount, reference)?;
        }
        Ok(())
    }

    /// Adds an entry, or a payment of a batch.
    fn add(
        &mut self,
        entry: Node<'_, '_>,
        details: Node<'_, '_>,
        amount: (Money, Currency),
        reference: Option<String>,
    ) -> Result<(), Fault> {
        let movement = movement(entry, details);
        if movement == Movement::Outgoing || amount.0 == Money::ZERO {
            self.statement.outgoing += 1;
            return Ok(());
        }
        let mut added = bank_entry(booking_day(entry)?, amount, details);
        added.is_returned = movement == Movement::Returned;
        added.key = self.keys.of(&self.account, &added, reference.as_deref());
        self.statement.entries.push(added);
        Ok(())
    }
}

/// The amounts of the payments of a batch; `None` if they do not add up to the entry, which is then one payment for a person.
fn amounts_of_batch(
    entry: Node<'_, '_>,
    transactions: &[Node<'_, '_>],
    whole: Money,
) -> Result<Option<Vec<(Money, Currency)>>, Fault> {
    let amounts = transactions.iter().map(|details| amount_of(transaction_amount(*details), *details));
    let amounts = amounts.collect::<Result<Vec<_>, _>>()?;
    let mut sum = Some(Money::ZERO);
    for (details, (amount, _)) in transactions.iter().zip(&amounts) {
        let is_along = is_credit(*details).is_none_or(|credit| Some(credit) == is_credit(entry));
        let signed = if is_along { Some(*amount) } else { amount.checked_neg() };
        sum = sum.zip(signed).and_then(|(sum, signed)| sum.checked_add(signed));
    }
    Ok((sum == Some(whole)).then_some(amounts))
}

/// Which way the money went. The direction of a payment in a batch may differ from that of the batch. Money that comes back is no
/// payment of a customer, and money that is taken back was one.
fn movement(entry: Node<'_, '_>, details: Node<'_, '_>) -> Movement {
    let is_credit = is_credit(details).or_else(|| is_credit(entry)).unwrap_or(false);
    let is_reversal = text_of(entry, &["RvslInd"]).is_some_and(|text| text == "true" || text == "1");
    match (is_credit, is_reversal || child(details, "RtrInf").is_some()) {
        (true, false) => Movement::Received,
        (false, true) => Movement::Returned,
        (true, true) | (false, false) => Movement::Outgoing,
    }
}

/// Whether an entry or a payment is money that came in, if it says so.
fn is_credit(node: Node<'_, '_>) -> Option<bool> {
    Some(text_of(node, &["CdtDbtInd"])? == "CRDT")
}

fn booking_day(entry: Node<'_, '_>) -> Result<Date, Fault> {
    let date = text_of(entry, &["BookgDt", "Dt"]).or_else(|| text_of(entry, &["BookgDt", "DtTm"]));
    let date = date.or_else(|| text_of(entry, &["ValDt", "Dt"])).and_then(|text| text.get(..10)?.parse::<Date>().ok());
    date.ok_or_else(|| fault_at(entry, InputError::MissingValue, "the entry has no booking date".to_owned()))
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
    let text = whole_text(node);
    let text = text.trim();
    let currency = node.attribute("Ccy").and_then(Currency::from_code);
    let amount = text.parse::<Money>().ok().filter(|amount| *amount >= Money::ZERO);
    if let (Some(amount), Some(currency)) = (amount, currency) {
        return Ok((amount, currency));
    }
    let message = format!("`{text}` {} is not an amount", node.attribute("Ccy").unwrap_or("without currency"));
    Err(fault_at(node, InputError::BadValue, message))
}

fn bank_entry(booked_on: Date, (amount, currency): (Money, Currency), details: Node<'_, '_>) -> BankEntry {
    let payer = text_of(details, &["RltdPties", "Dbtr", "Pty", "Nm"])
        .or_else(|| text_of(details, &["RltdPties", "Dbtr", "Nm"]))
        .or_else(|| text_of(details, &["RltdPties", "UltmtDbtr", "Nm"]));
    let payer_account = text_of(details, &["RltdPties", "DbtrAcct", "Id", "IBAN"])
        .or_else(|| text_of(details, &["RltdPties", "DbtrAcct", "Id", "Othr", "Id"]));
    let remittance = child(details, "RmtInf");
    let structured: Vec<Node<'_, '_>> = remittance.iter().flat_map(|node| children(*node, "Strd")).collect();
    let mut references = structured.iter().filter_map(|node| text_of(*node, &["CdtrRefInf", "Ref"]));
    let reference = references.next();
    let unstructured = remittance.into_iter().flat_map(|node| children(node, "Ustrd"));
    let mut texts: Vec<String> =
        unstructured.map(|node| whole_text(node).trim().to_owned()).chain(references).collect();
    // The numbers of the documents that are paid.
    let documents = structured.iter().flat_map(|node| children(*node, "RfrdDocInf"));
    texts.extend(documents.filter_map(|node| text_of(node, &["Nb"])));
    texts.extend(text_of(details, &["AddtlTxInf"]).or_else(|| text_of(details, &["AddtlNtryInf"])));
    // What the payer's bank passed on from end to end often is an invoice number.
    let end_to_end = text_of(details, &["Refs", "EndToEndId"]).filter(|text| text != "NOTPROVIDED");
    texts.extend(end_to_end);
    BankEntry {
        key: String::new(),
        is_returned: false,
        booked_on,
        currency,
        amount,
        payer,
        payer_account,
        reference,
        text: texts.join(" "),
    }
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
    let text = whole_text(path(node, names)?);
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The text of an element. A comment in it would hide what comes after it.
fn whole_text(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

fn fault_at(node: Node<'_, '_>, code: InputError, message: String) -> Fault {
    let at = node.document().text_pos_at(node.range().start);
    file_fault(at.row, at.col, code, message)
}

fn file_fault(line: u32, column: u32, code: InputError, message: String) -> Fault {
    Fault::of_file(line.into(), column.into(), code, message)
}
