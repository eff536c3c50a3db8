//! Text that would drive a terminal, and lines with a field to put it into.

/// Escapes, controls, bidirectional marks, invisible characters, line breaks of other worlds.
pub const HOSTILE: &[&str] = &[
    "a\u{1b}[31mb",
    "a\u{1b}]0;b\u{7}",
    "a\u{9b}31mb",
    "a\u{8}b",
    "a\rb",
    "a\u{7f}b",
    "a\u{85}b",
    "a\u{202e}b",
    "a\u{2066}b",
    "a\u{200b}b",
    "a\u{200f}b",
    "a\u{2028}b",
    "a\u{feff}b",
    "a\u{ad}b",
    "a\u{2060}b",
    "a\u{e0041}b",
];

/// Every field that takes text, with a line that ends where the text goes.
pub const FIELDS: &[&str] = &[
    "customer new --organisation",
    "customer new --organisation A --account-code",
    "customer edit ABC --organisation",
    "customer edit ABC --company-reg-no",
    "customer edit ABC --vat-reg-no",
    "customer edit ABC --phone",
    "customer edit ABC --website",
    "customer edit ABC --invoice-emails",
    "customer edit ABC --country",
    "customer edit ABC --reason x --organisation",
    "customer edit ABC --country FR --reason",
    "customer edit ABC --country FR --actor",
    "contact add ABC --name",
    "contact add ABC --name A --email",
    "contact add ABC --name A --mobile",
    "contact edit ABC 1 --name",
    "note add ABC",
    "smpp add ABC --name",
    "smpp add ABC --system-id",
    "smpp add ABC --short-name",
    "smpp add ABC --system-type",
    "smpp add ABC --address-range",
    "smpp add ABC --mt-webhook",
    "smpp edit abc --name",
    "smpp edit abc --dlr-webhook",
    "service new",
    "service new s --name",
    "service edit uk --name",
    "balance adjust ABC 1 --unit SMS --description",
    "balance adjust ABC 1 --unit SMS --description x --reference",
    "balance adjust ABC 1 --unit SMS --description x --key",
    "balance reverse 1 --description",
    "balance transfer ABC XYZ 1 --unit SMS --description",
    "quick-create --organisation",
    "quick-create --organisation A --contact-name",
];

/// The words of a line of [`FIELDS`] with a text in its field.
pub fn with_text(line: &str, text: &str) -> Vec<String> {
    // `service new CODE` needs its other option for the code to be what is wrong.
    let rest: &[&str] = if line == "service new" { &[text, "--name", "A"] } else { &[text] };
    line.split(' ').chain(rest.iter().copied()).map(str::to_owned).collect()
}
