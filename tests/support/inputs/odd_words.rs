//! Words that nobody types on purpose, and what no message may say about them.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

/// Words of its own inside, which no message may hold.
pub const INSIDES: &[&str] = &[
    "panicked",
    "RUST_BACKTRACE",
    "unwrap",
    "src/",
    "SELECT",
    "INSERT",
    "UPDATE ",
    "DELETE",
    "rusqlite",
    "constraint",
    "FromSql",
    "ParseIntError",
    "clap",
];

/// Words that nobody types on purpose.
pub fn odd_words() -> Vec<OsString> {
    let mut odd: Vec<OsString> = [
        "",
        " ",
        "-",
        "--",
        "---",
        "--=",
        "-=",
        "=",
        "--=x",
        "-\u{1b}[31m",
        "--\u{1b}]0;x\u{7}",
        "\u{1b}[2J",
        "\u{202e}",
        "\n",
        "\u{feff}",
        "'; DROP TABLE customer; --",
        "%s%n",
        "../../etc/passwd",
        "-9223372036854775808",
        "\u{1f600}",
        "@file",
    ]
    .map(OsString::from)
    .into();
    odd.push("x".repeat(100_000).into());
    odd.push(format!("--{}", "x".repeat(2_000)).into());
    odd.push(OsString::from_vec(b"\xff\xfe".to_vec()));
    odd.push(OsString::from_vec(b"--\xff".to_vec()));
    odd.push(OsString::from_vec(b"--name=\xc3\x28".to_vec()));
    odd
}
