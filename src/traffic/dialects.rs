//! The kinds of traffic files: where each dialect keeps what we need, and what its words mean.
//!
//! A dialect is one entry of a table. Columns are found by name, in any case and order; other columns are ignored.

use crate::error::{Fault, InputError, quoted};
use crate::model::MessageState::{self, Pending, Rejected};
use crate::traffic::state_words::general_state_of;

/// A kind of traffic file.
#[derive(Debug, PartialEq, Eq)]
pub struct TrafficDialect {
    /// Its name on the command line.
    pub name: &'static str,
    /// The columns that identify it: a header with all of them belongs to this dialect.
    marks: &'static [&'static str],
    pub(crate) id: &'static str,
    pub(crate) account: &'static str,
    /// Names the account where `account` is empty; empty if there is no such column.
    pub(crate) account_else: &'static str,
    /// Whether these columns name accounts of the gateway, not those of a vendor.
    pub(crate) names_accounts: bool,
    pub(crate) time: &'static str,
    pub(crate) destination: &'static str,
    /// Empty if every row is a pending message.
    pub(crate) state: &'static str,
    /// Empty if every message has one part.
    pub(crate) parts: &'static str,
    /// Where the text of messages is, for dialects that write a long message as one row and no number of parts.
    pub(crate) text: Option<MessageTextColumns>,
    /// The price of the whole message; empty if there is none.
    pub(crate) price: &'static str,
    /// The price of a part, for dialects that give only that.
    pub(crate) part_price: &'static str,
    /// The currency of prices; empty if there is none.
    pub(crate) currency: &'static str,
    /// A column, and the beginning of its value in rows of messages to handsets. Other rows are skipped.
    pub(crate) only: Option<(&'static str, &'static str)>,
    /// The type of a delivery report, and the value of the column `only` in rows of reports. They are read if the operator names
    /// a column that identifies their messages.
    pub(crate) receipt: Option<(&'static str, &'static str)>,
    pub(crate) times: Times,
    /// Words, in lower case, whose meaning differs from the general table.
    words: &'static [(&'static str, MessageState)],
    /// Whether negative prices are amounts to pay, not credits.
    pub(crate) prices_are_negative: bool,
    /// Whether prices may have exponents, such as Python's `0E-7` for a decimal zero.
    pub(crate) takes_exponents: bool,
    /// Whether it is a table of MySQL, so that a tab-separated file is the output of `mysql --batch`.
    pub(crate) is_database_table: bool,
    /// Whether destinations of other channels occur, such as `whatsapp:+447700900123`. Such rows are skipped.
    pub(crate) has_other_channels: bool,
    /// Whether messages that wait to be sent have no time yet. Such rows are skipped: a later file has the time.
    pub(crate) waits_without_time: bool,
    /// Whether IDs of hexadecimal digits that differ only in case are the same. All spellings of a UUID are, in any dialect.
    pub(crate) ignores_hex_case: bool,
    /// Further columns that such a file is known to have.
    pub(crate) others: &'static [&'static str],
}

/// The columns by which the parts of a message are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MessageTextColumns {
    pub(crate) text: &'static str,
    pub(crate) coding: &'static str,
    /// The user data header.
    pub(crate) header: &'static str,
}

/// The format of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    /// Date and time of day, optionally with a zone.
    Dates,
    /// Seconds since 1970.
    Epoch,
}

const OWN: TrafficDialect = TrafficDialect {
    name: "ssgctl",
    marks: &["message_id", "submitted_at", "system_id", "destination"],
    id: "message_id",
    account: "system_id",
    account_else: "",
    names_accounts: true,
    time: "submitted_at",
    destination: "destination",
    state: "state",
    parts: "parts",
    text: None,
    price: "price",
    part_price: "",
    currency: "currency",
    only: None,
    receipt: None,
    times: Times::Dates,
    words: &[],
    prices_are_negative: false,
    takes_exponents: false,
    is_database_table: false,
    has_other_channels: false,
    waits_without_time: false,
    ignores_hex_case: false,
    others: &[],
};

/// What files of other programs have in common.
const FOREIGN: TrafficDialect = TrafficDialect { takes_exponents: true, ..OWN };

/// All dialects, our own first.
pub const DIALECTS: &[TrafficDialect] = &[
    OWN,
    TrafficDialect {
        name: "ssg",
        marks: &["esme_msg_id", "ts_esme_submit", "msisdn"],
        id: "esme_msg_id",
        account: "system_id",
        time: "ts_esme_submit",
        destination: "msisdn",
        state: "status",
        parts: "",
        price: "revenue_val",
        currency: "revenue_cur",
        others: &[
            "ts_completion",
            "svc_node",
            "customer",
            "srcton",
            "srcnpi",
            "srcaddr",
            "country",
            "network",
            "error",
            "ts_dlr_ack",
            "registered_delivery",
            "data_coding",
            "esm_class",
            "type",
            "short_message",
            "short_message_raw",
        ],
        ..FOREIGN
    },
    TrafficDialect {
        name: "jasmin",
        marks: &["msgid", "routed_cid", "destination_addr", "pdu_count"],
        id: "msgid",
        account: "uid",
        time: "created_at",
        destination: "destination_addr",
        state: "status",
        parts: "pdu_count",
        price: "charge",
        currency: "",
        // Some connectors log the number of ESME_ROK in its Python enum.
        words: &[("1", Pending)],
        is_database_table: true,
        others: &[
            "source_connector",
            "routed_cid",
            "source_addr",
            "rate",
            "short_message",
            "binary_message",
            "trials",
            "status_at",
        ],
        ..FOREIGN
    },
    TrafficDialect {
        name: "jasmin-panel",
        marks: &["Message ID", "Routed CID", "Destination Address", "PDU Count"],
        id: "Message ID",
        account: "UID",
        time: "Created At",
        destination: "Destination Address",
        state: "Status",
        parts: "PDU Count",
        price: "",
        part_price: "Rate",
        currency: "",
        others: &["Source Connector", "Routed CID", "Source Address", "Short Message", "Trials", "Status At"],
        ..FOREIGN
    },
    TrafficDialect {
        name: "kannel",
        marks: &["momt", "receiver", "smsc_id", "boxc_id"],
        // sqlbox writes NULL into the column `id` of every row.
        id: "sql_id",
        account: "account",
        time: "time",
        destination: "receiver",
        state: "",
        parts: "",
        text: Some(MessageTextColumns { text: "msgdata", coding: "coding", header: "udhdata" }),
        price: "",
        currency: "",
        only: Some(("momt", "MT")),
        receipt: Some(("dlr_mask", "DLR")),
        times: Times::Epoch,
        account_else: "service",
        names_accounts: false,
        is_database_table: true,
        others: &[
            "sender",
            "smsc_id",
            "id",
            "sms_type",
            "mclass",
            "mwi",
            "compress",
            "validity",
            "deferred",
            "dlr_mask",
            "dlr_url",
            "pid",
            "alt_dcs",
            "rpi",
            "charset",
            "boxc_id",
            "binfo",
            "meta_data",
        ],
        ..FOREIGN
    },
    TrafficDialect {
        name: "twilio",
        marks: &["Sid", "AccountSid", "NumSegments", "Direction"],
        id: "Sid",
        account: "AccountSid",
        time: "SentDate",
        destination: "To",
        state: "Status",
        parts: "NumSegments",
        price: "Price",
        currency: "PriceUnit",
        only: Some(("Direction", "outbound")),
        // Elsewhere this word means that the network failed; here the message was never sent, and Twilio does not charge it.
        words: &[("failed", Rejected)],
        prices_are_negative: true,
        names_accounts: false,
        has_other_channels: true,
        waits_without_time: true,
        others: &["From", "Body", "ApiVersion", "ErrorCode"],
        ..FOREIGN
    },
    TrafficDialect {
        name: "vonage",
        marks: &["account_id", "message_id", "date_received", "total_price"],
        id: "message_id",
        account: "account_id",
        time: "date_received",
        destination: "to",
        state: "status",
        parts: "",
        price: "total_price",
        currency: "currency",
        only: Some(("direction", "outbound")),
        names_accounts: false,
        others: &[
            "client_ref",
            "from",
            "message_body",
            "network",
            "network_name",
            "country",
            "country_name",
            "date_finalized",
            "latency",
            "error_code",
            "error_code_description",
        ],
        ..FOREIGN
    },
];

impl TrafficDialect {
    /// The state for a word.
    pub(crate) fn state_of(&self, word: &str) -> Option<MessageState> {
        let word = word.to_ascii_lowercase();
        let own = self.words.iter().find(|(own, _)| *own == word).map(|(_, state)| *state);
        own.or_else(|| general_state_of(&word))
    }

    /// The columns that are read.
    pub(crate) fn columns(&self) -> impl IntoIterator<Item = &'static str> + use<> {
        let Self { id, account, account_else, time, destination, state, parts, price, part_price, currency, .. } =
            *self;
        let only = self.only.map_or("", |(column, _)| column);
        let names = [id, account, account_else, time, destination, state, parts, price, part_price, currency, only];
        let of_text = self.text.map(|MessageTextColumns { text, coding, header }| [text, coding, header]);
        names.into_iter().chain(of_text.into_iter().flatten()).filter(|name| !name.is_empty())
    }

    /// The dialect with a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        DIALECTS.iter().find(|dialect| dialect.name == name)
    }

    /// The dialect of a file with these columns.
    pub(crate) fn of(columns: &[String]) -> Result<&'static Self, Fault> {
        let has = |mark: &&str| place(columns, mark).is_some();
        let mut fitting = DIALECTS.iter().filter(|dialect| dialect.marks.iter().all(has));
        match (fitting.next(), fitting.next()) {
            (Some(dialect), None) => Ok(dialect),
            (None, _) => Err(Self::refused(&format!(
                "the header does not match any known kind of traffic file; it has {}",
                quoted(columns.join(","))
            ))),
            (Some(one), Some(two)) => {
                Err(Self::refused(&format!("the header may be of {} or of {}; say which", one.name, two.name)))
            }
        }
    }

    pub(crate) fn refused(message: &str) -> Fault {
        Fault::of_file(1, 1, InputError::BadHeader, message)
    }
}

/// The position of a column, whatever the case of its name.
pub(crate) fn place(columns: &[String], name: &str) -> Option<usize> {
    columns.iter().position(|column| column.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str) -> Result<&'static str, String> {
        let columns: Vec<String> = header.split(',').map(|name| name.trim().to_owned()).collect();
        TrafficDialect::of(&columns).map(|dialect| dialect.name).map_err(|fault| fault.error.to_string())
    }

    #[test]
    fn headers_as_vendors_write_them_are_known() {
        let headers = [
            ("ssgctl", "message_id,submitted_at,system_id,destination,state,parts,price"),
            (
                "ssg",
                "ts_completion, svc_node, esme_msg_id, customer, system_id, ts_esme_submit, srcton, srcnpi, srcaddr, msisdn, \
                 country, network, status, error, ts_dlr_ack, revenue_val, revenue_cur, registered_delivery, data_coding, \
                 esm_class, type, short_message, short_message_raw",
            ),
            (
                "jasmin",
                "msgid,source_connector,routed_cid,source_addr,destination_addr,rate,charge,pdu_count,short_message,\
                 binary_message,status,uid,trials,created_at,status_at",
            ),
            (
                "jasmin-panel",
                "Message ID,Source Connector,Routed CID,Source Address,Destination Address,Rate,PDU Count,Short Message,\
                 Status,UID,Trials,Created At,Status At",
            ),
            (
                "kannel",
                "sql_id,momt,sender,receiver,udhdata,msgdata,time,smsc_id,service,account,id,sms_type,mclass,mwi,coding,\
                 compress,validity,deferred,dlr_mask,dlr_url,pid,alt_dcs,rpi,charset,boxc_id,binfo,meta_data",
            ),
            (
                "twilio",
                "From,To,Body,Status,SentDate,ApiVersion,NumSegments,ErrorCode,AccountSid,Sid,Direction,Price,PriceUnit",
            ),
            (
                "vonage",
                "account_id,message_id,client_ref,direction,from,to,message_body,network,network_name,country,country_name,\
                 date_received,date_finalized,latency,status,error_code,error_code_description,currency,total_price",
            ),
        ];
        for (name, header) in headers {
            assert_eq!(of(header), Ok(name));
        }
        assert!(of("a,b").unwrap_err().contains("`a,b`"));
    }
}
