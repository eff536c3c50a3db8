//! What the files of each gateway look like, row by row.

use ssgctl::model::MessageState;

use super::dialects::{Gateway, Sent, messages, on_the_wall, text, word};

/// What SMPP calls the states, and what gateways made of it.
const RECEIPTS: [&[&str]; 6] = [
    &["ACCEPTD", "ENROUTE", "accepted"],
    &["UNKNOWN"],
    &["REJECTD", "rejected"],
    &["EXPIRED"],
    &["UNDELIV", "DELETED"],
    &["DELIVRD", "delivered"],
];

fn cells<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.into_iter().map(str::to_owned).collect()
}

#[test]
fn customer_cdrs_of_an_ssg() {
    let header = "ts_completion, svc_node, esme_msg_id, customer, system_id, ts_esme_submit, srcton, srcnpi, srcaddr, msisdn, country, \
                  network, status, error, ts_dlr_ack, revenue_val, revenue_cur, registered_delivery, data_coding, esm_class, type, \
                  short_message, short_message_raw";
    let row = |sent: &Sent| {
        let (submitted, _) = on_the_wall(sent, "Europe/London");
        // What is on its way has no status yet.
        let is_new = sent.state == MessageState::Pending && sent.number.is_multiple_of(4);
        let status = if is_new { String::new() } else { word(sent, RECEIPTS) };
        let completed = if is_new { "" } else { "2026-10-25 09:00:00.250" };
        let (price, id) = (sent.price.unwrap_or_default(), &sent.id);
        let submitted = format!("{submitted}.{:03}", sent.number % 1000);
        let text = text(sent.number);
        cells([
            completed,
            "node-1",
            id,
            "Customer, Ltd",
            sent.account,
            &submitted,
            "5",
            "0",
            "ABC",
            sent.to,
            "GB",
            "23410",
            &status,
            "000",
            "",
            price,
            "EUR",
            "1",
            "0",
            "0",
            "mt",
            &text,
            "48656c6c6f",
        ])
    };
    // The second time that the clocks show an hour, a message is taken for one of the first. A row is a part.
    let sent: Vec<Sent> = messages(|n| format!("{n:08X}-ssg"))
        .iter()
        .map(|sent| Sent { parts: 1, ..on_the_wall(sent, "Europe/London").1 })
        .collect();
    let nameless = Sent { id: String::new(), state: MessageState::Rejected, ..sent[0].clone() };
    let gateway = Gateway {
        name: "ssg",
        header,
        separator: ", ",
        zone: "Europe/London",
        words: &[("", MessageState::Pending)],
        refused: vec![row(&nameless)],
        row: &row,
        others: Vec::new(),
        tells_states: true,
    };
    gateway.archive_filter(&sent);
    let row_faults = Gateway { words: &[], ..gateway }.faults(&sent);
    assert!(
        row_faults.iter().all(|fault| fault.ends_with(" status is needed")) && !row_faults.is_empty(),
        "{row_faults:?}"
    );
}

#[test]
fn submit_logs_of_jasmin() {
    let header = "msgid,source_connector,routed_cid,source_addr,destination_addr,rate,charge,pdu_count,short_message,\
                  binary_message,status,uid,trials,created_at,status_at";
    let row = |sent: &Sent| {
        let (created, _) = on_the_wall(sent, "UTC");
        let refused: &[&str] = &["ESME_RTHROTTLED", "ESME_RINVDSTADR", "REJECTD", "ESME_RSUBMITFAIL"];
        let words = [&["ESME_ROK", "ACCEPTD"], RECEIPTS[1], refused, RECEIPTS[3], RECEIPTS[4], &["DELIVRD"]];
        let created = format!("{created}.{:06}", sent.number * 7);
        let parts =
            if sent.parts == 1 && sent.number.is_multiple_of(2) { "0".to_owned() } else { sent.parts.to_string() };
        let (text, status) = (text(sent.number), word(sent, words));
        cells([
            &sent.id,
            "httpapi",
            "smppc(1)",
            "ABC",
            sent.to,
            "0.0000000",
            sent.price.unwrap_or_default(),
            &parts,
            &text,
            "0048",
            &status,
            sent.account,
            "1",
            &created,
            "",
        ])
    };
    let sent = messages(|n| format!("3f2504e0-4f89-41d3-9a0c-0305e82c{n:04x}"));
    Gateway {
        name: "jasmin",
        header,
        separator: ",",
        zone: "UTC",
        words: &[],
        row: &row,
        others: Vec::new(),
        refused: Vec::new(),
        tells_states: true,
    }
    .archive_filter(&sent);
}

#[test]
fn exports_of_jasmins_web_panel() {
    let header = "Message ID,Source Connector,Routed CID,Source Address,Destination Address,Rate,PDU Count,Short Message,\
                  Status,UID,Trials,Created At,Status At";
    // The panel has the price of one part and the price of all parts.
    let rates = [Some(("0.0125000", "0.0125")), None, Some(("0.0000000", "0")), None, Some(("0.01110000", "0.0333"))];
    let rate = |sent: &Sent| rates[sent.number as usize % 5];
    let row = |sent: &Sent| {
        let (created, _) = on_the_wall(sent, "UTC");
        let words = [&["ESME_ROK"], RECEIPTS[1], RECEIPTS[2], RECEIPTS[3], RECEIPTS[4], RECEIPTS[5]];
        let created = if sent.number.is_multiple_of(2) { created } else { format!("{created}+00:00") };
        let (text, status) = (text(sent.number), word(sent, words));
        let parts = sent.parts.to_string();
        cells([
            &sent.id,
            "smpps",
            "cid",
            "ABC",
            sent.to,
            rate(sent).map_or("", |(part, _)| part),
            &parts,
            &text,
            &status,
            sent.account,
            "1",
            &created,
            "",
        ])
    };
    let sent: Vec<Sent> = messages(|n| format!("{n:032x}"))
        .into_iter()
        .map(|sent| {
            let dashed = uuid::Uuid::parse_str(&sent.id).unwrap().to_string();
            Sent { price: rate(&sent).map(|(_, all)| all), id: dashed, ..sent }
        })
        .collect();
    Gateway {
        name: "jasmin-panel",
        header,
        separator: ",",
        zone: "UTC",
        words: &[],
        row: &row,
        others: Vec::new(),
        refused: Vec::new(),
        tells_states: true,
    }
    .archive_filter(&sent);
}

#[test]
fn sent_sms_of_kannels_sqlbox() {
    let header = "sql_id,momt,sender,receiver,udhdata,msgdata,time,smsc_id,service,account,id,sms_type,mclass,mwi,coding,\
                  compress,validity,deferred,dlr_mask,dlr_url,pid,alt_dcs,rpi,charset,boxc_id,binfo,meta_data";
    let line = |kind: &str, sent: &Sent, sender: &str, receiver: &str, text: &str, mask: &str| {
        // sqlbox writes NULL into `id` and `account`; `service` is the sendsms user, and only `sql_id` is unique.
        let time = sent.at.to_string();
        cells([
            &sent.id,
            kind,
            sender,
            receiver,
            "",
            text,
            &time,
            "smsc-1",
            sent.account,
            "NULL",
            "NULL",
            "2",
            "",
            "",
            "0",
            "",
            "",
            "",
            mask,
            "http://127.0.0.1/?id=7,8",
            "",
            "",
            "",
            "UTF-8",
            "box",
            "",
            "?smpp?",
        ])
    };
    let row = |sent: &Sent| line("MT", sent, "ABC", sent.to, &text(sent.number), "31");
    // The file only says that a message was sent: it has no state, no parts and no price.
    let sent: Vec<Sent> = messages(|n| (4_000 + n).to_string())
        .into_iter()
        .map(|sent| Sent { state: MessageState::Pending, parts: 1, price: None, ..sent })
        .collect();
    let others = (0..60)
        .map(|n| {
            let of = Sent { id: String::new(), ..sent[n].clone() };
            let receipt =
                "id:0 sub:001 dlvrd:001 submit date:2610241200 done date:2610241201 stat:DELIVRD err:000 text:";
            let answer = if n % 3 == 0 { ("MO", "STOP, \"please\"", "") } else { ("DLR", receipt, "1") };
            line(answer.0, &of, of.to, "ABC", answer.1, answer.2)
        })
        .collect();
    Gateway {
        name: "kannel",
        header,
        separator: ",",
        zone: "UTC",
        words: &[],
        row: &row,
        others,
        refused: Vec::new(),
        tells_states: false,
    }
    .archive_filter(&sent);
}

#[test]
fn message_logs_of_twilio() {
    let header =
        "From,To,Body,Status,SentDate,ApiVersion,NumSegments,ErrorCode,AccountSid,Sid,Direction,Price,PriceUnit";
    let line = |sent: &Sent, status: &str, direction: &str, sent_at: &str| {
        let parts = if sent.parts == 1 { ["", "0", "1"][sent.number as usize / 5 % 3] } else { "" };
        let parts = if sent.parts == 1 { parts.to_owned() } else { sent.parts.to_string() };
        let sign = if sent.number.is_multiple_of(3) { "" } else { "-" };
        let price = sent.price.map_or_else(String::new, |price| format!("{sign}{price}"));
        let unit = if sent.number.is_multiple_of(4) { "eur" } else { "EUR" };
        let body = text(sent.number);
        cells([
            "+15005550006",
            sent.to,
            &body,
            status,
            sent_at,
            "2010-04-01",
            &parts,
            "",
            sent.account,
            &sent.id,
            direction,
            &price,
            unit,
        ])
    };
    let date = |sent: &Sent| {
        let at = jiff::Timestamp::from_second(sent.at).unwrap().to_zoned_datetime(jiff::tz::TimeZone::UTC);
        let forms = ["%Y-%m-%dT%H:%M:%SZ", "%a, %d %b %Y %H:%M:%S +0000", "%Y-%m-%d %H:%M:%S UTC"];
        at.strftime(forms[sent.number as usize % 3]).to_string()
    };
    let words: [&[&str]; 6] = [
        &["queued", "sending", "sent", "accepted", "scheduled"],
        &["partially_delivered"],
        &["canceled", "failed"],
        // Twilio has no word for it.
        &["Expired"],
        &["undelivered"],
        &["delivered", "read"],
    ];
    let row = |sent: &Sent| {
        let direction = ["outbound-api", "outbound-call", "outbound-reply"][sent.number as usize % 3];
        line(sent, &word(sent, words), direction, &date(sent))
    };
    let sent = messages(|n| format!("SM{n:032x}"));
    let others = (0..40).map(|n| line(&sent[n], "received", "inbound", &date(&sent[n]))).collect();
    // What could not be sent has no time at which it was.
    let refused =
        [("failed", 1), ("canceled", 2)].map(|(status, n)| line(&sent[n], status, "outbound-api", "")).to_vec();
    Gateway {
        name: "twilio",
        header,
        separator: ",",
        zone: "UTC",
        words: &[],
        row: &row,
        others,
        refused,
        tells_states: true,
    }
    .archive_filter(&sent);
}

#[test]
fn reports_of_vonage() {
    let header = "account_id,message_id,client_ref,direction,from,to,message_body,network,network_name,country,country_name,\
                  date_received,date_finalized,latency,status,error_code,error_code_description,currency,total_price";
    let words: [&[&str]; 6] = [
        &["accepted", "buffered", "submitted"],
        &["unknown"],
        &["rejected"],
        &["expired"],
        &["failed", "deleted"],
        &["delivered"],
    ];
    let line = |sent: &Sent, direction: &str| {
        let (received, _) = on_the_wall(sent, ["UTC", "Asia/Kolkata"][sent.number as usize % 2]);
        let offset = ["+0000", "+05:30"][sent.number as usize % 2];
        let received =
            [received.replace(' ', "T"), format!("{received} ")][sent.number as usize / 2 % 2].clone() + offset;
        let (body, status) = (text(sent.number), word(sent, words));
        cells([
            sent.account,
            &sent.id,
            "",
            direction,
            "ABC",
            sent.to,
            &body,
            "23410",
            "Telefónica, UK",
            "GB",
            "United Kingdom",
            &received,
            "",
            "",
            &status,
            "0",
            "Delivered",
            "EUR",
            sent.price.unwrap_or_default(),
        ])
    };
    let row = |sent: &Sent| line(sent, "outbound");
    // A row is a part here.
    let sent: Vec<Sent> =
        messages(|n| format!("0A0000000{n:08X}")).into_iter().map(|sent| Sent { parts: 1, ..sent }).collect();
    let others = (0..30).map(|n| line(&sent[n], "inbound")).collect();
    let gateway = Gateway {
        name: "vonage",
        header,
        separator: ",",
        zone: "UTC",
        words: &[],
        row: &row,
        others,
        refused: Vec::new(),
        tells_states: true,
    };
    gateway.archive_filter(&sent);
}
