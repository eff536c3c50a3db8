//! What no field takes: the wrong values of each option and argument.

const TEXTS: &[&str] = &["", "  ", "a\u{1b}[31mb", "a\nb", "a\u{7}", "a\u{202e}b", "a\u{200b}b", "a\u{9b}b", LONG];
const CODES: &[&str] = &["", ".a", "a b", "\u{c4}BC", "a/b", "a\u{1b}[31m", LONG];
const MONEY: &[&str] = &["", "1e5", "1,000", "1.123456789", "ten", "92233720369", ".5", "1.", "0x10", "\u{661}", "NaN"];
const NUMBERS: &[&str] = &["", "07700900123", "+4477", "ten", "4.47E+11", "+447700900123\u{1b}[31m"];
const MANY_NUMBERS: &[&str] = &["12", "+447700900123,12", "+447700900123,\u{1b}[31m"];
const EMAILS: &[&str] =
    &["", "billing", "a@b.example,c@d.example", "Ann <a@b.example>", "a@b.example\r\nBcc: c@d.example"];
const LIMITS: &[&str] = &["", "0", "ten", "1.5", "4294967296"];
const COUNTS: &[&str] = &["", "ten", "1.5", "18446744073709551616"];
const SWITCHES: &[&str] = &["", "maybe", "2"];
const TIMES: &[&str] = &["", "yesterday", "2026-13-01", "24", "\u{1b}[31m"];
const URLS: &[&str] = &[
    "",
    "example",
    "file:///etc/passwd",
    "https://u:p@example.com/",
    "https://a b.example/",
    "https://a.example/\u{202e}",
];
const CHOICES: &[&str] = &["colour", "\u{1b}[31m"];
/// Longer than any text but a note may be.
pub const LONG: &str = match std::str::from_utf8(&[b'x'; 501]) {
    Ok(text) => text,
    Err(_) => "",
};
pub const LONGER_THAN_A_NOTE: &str = match std::str::from_utf8(&[b'x'; 4001]) {
    Ok(text) => text,
    Err(_) => "",
};

/// The wrong values of an option or argument.
pub fn wrong(name: &str) -> &'static [&'static str] {
    match name {
        "--organisation" | "--name" | "--contact-name" | "--company-reg-no" | "--vat-reg-no" | "--description"
        | "--reference" | "--key" | "--reason" | "--actor" => TEXTS,
        "--account-code" | "CODE" | "--system-id" | "--short-name" | "--service" => CODES,
        "--system-type" => &["", "a\"b", "thirteen-long", "a\u{1b}"],
        "--address-range" => &["", "a b", "a\u{1b}", LONG],
        "--country" => &["", "G", "ZZ", "12", "United Kingdom", "G\u{1b}"],
        "--phone" | "--mobile" | "--contact-mobile" => NUMBERS,
        "--cug" | "--mo-numbers" => MANY_NUMBERS,
        "--website" | "--mt-webhook" | "--dlr-webhook" | "--mo-webhook" => URLS,
        "--payment-terms-days" => &["", "366", "ten", "1.5", "99999999999"],
        "--invoice-emails" | "--to" | "--internal" => &["billing", "a@b.example,billing", "a@b.example,\u{1b}[31m"],
        "--invoice-address" => &["", "{\"a\" \"b\"}", "[1]", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11", "a\u{1b}[31m", LONG],
        "--email" | "--contact-email" | "ADDRESS" => EMAILS,
        "--roles" => &["boss", "billing,boss", "\u{1b}[31m"],
        "TEXT" => &["", "  ", "a\u{7}", "a\tb", "a\u{202e}b", LONGER_THAN_A_NOTE],
        "--enabled" | "--binding-enabled" | "--submit-enabled" | "--use-cug" => SWITCHES,
        "--max-tps" | "--max-binds" => LIMITS,
        "--allowed-ips" | "--add-ip" | "--remove-ip" => {
            &["", "192.0.2", "192.0.2.7/33", "192.0.2.7,example.com", "\u{1b}[31m"]
        }
        "AMOUNT" | "--credit" | "--price" | "--at-most" | "--upper" | "--lower" | "--warn-upper" | "--warn-lower"
        | "--expect-total" => MONEY,
        "MESSAGE" => &["", "a b", "\u{e9}", "1.8E+14", "\u{1b}[31m"],
        "TEMPLATE" => &["letter", "LOW", "\u{1b}[31m"],
        "ID" | "IMPORT" => &["ten", "1.5", "\u{1b}[31m"],
        "--unit" => &["", "XYZ", "gb", "\u{20ac}", "G\u{1b}P"],
        "--limit" | "ENTRY" | "--expect-rows" => COUNTS,
        "--host" => &["", "a b", "gateway:2775", "smpp://gateway", "\u{1b}[31m"],
        "--port" => &["", "0", "65536", "ten", "\u{1b}[31m"],
        "--timeout" => &["", "0", "301", "1.5", "\u{1b}[31m"],
        "--grace" => &["", "72", "1.5h", "91d", "\u{1b}[31m"],
        "--sha256" => &["", "ten", "abc", "\u{1b}[31m"],
        "--map" => &["", "Client", "=organisation", "Client=", "\u{1b}[31m"],
        "--calling-code" => &["", "0", "999", "+44", "\u{1b}[31m"],
        "--map-state" => &["", "DLVRD", "DLVRD=", "DLVRD=gone", "\u{1b}[31m"],
        "--batch-rows" => &["", "0", "ten", "1000001"],
        "--before" | "--day" => &["", "yesterday", "2026-13-01", "7d", "2026-01-01T00:00:00Z"],
        "--expect-head" => &["", "ten", "1:xyz", "1:abc"],
        "--wait" => &["", "ten", "1.5", "3601"],
        "--since" | "--until" | "--at" | "--effective" | "--from" | "--last" | "--runs-out-within" | "TIME" => TIMES,
        "--timezone" => &["", "London", "+25:00", "\u{1b}[31m"],
        "--bind" | "--by" | "--gateway" | "--kind" | "--match" | "--state" | "--role" | "--entity" | "--sort"
        | "--date-order" | "--unset" | "--output" | "--color" | "--chart" | "--quoting" | "SHELL" | "ACTION" => CHOICES,
        "--id-pattern" => &["", "ref=", "{id}", "a{id}b{id}", "a{id}\u{1b}{id}"],
        _ => &[],
    }
}
