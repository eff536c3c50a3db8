//! Random commands in several processes at once, killed at random, against a model: after each round the database is sound, and
//! every balance is what the commands that succeeded come to.
//!
//! `SSGCTL_SOAK_SEED` chooses the commands of each worker, and `SSGCTL_SOAK_SECONDS` how long it takes; the defaults are any seed
//! and ten minutes. A failure names its seed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::crash::import::assert_sound;
use crate::support::cli::{Outcome, TestCli, words};

const WORKERS: usize = 4;

/// Commands of each worker in a round.
const STEPS: usize = 25;

const UNITS: [&str; 2] = ["SMS", "EUR"];

/// Balances by customer and unit, in hundredths.
type Sums = BTreeMap<(String, &'static str), i64>;

/// One of those who work at the same time. Each has a customer with an account to itself; all share one more customer.
struct Worker {
    number: usize,
    random: TestRng,
    /// How many keys and files it has used.
    used: usize,
    /// Its entries that were not reversed yet.
    entries: Vec<(String, String, &'static str, i64)>,
    /// What its commands that succeeded add up to.
    sums: Sums,
    kills: usize,
}

impl Worker {
    fn new(number: usize, seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8] = u8::try_from(number).expect("few workers");
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        Self { number, random, used: 0, entries: Vec::new(), sums: Sums::new(), kills: 0 }
    }

    fn next(&mut self) -> String {
        self.used += 1;
        format!("{}-{}", self.number, self.used)
    }

    fn customer(&mut self) -> String {
        if self.random.random_ratio(1, 3) { "SHARED".to_owned() } else { format!("C{}", self.number) }
    }

    fn add(&mut self, customer: &str, unit: &'static str, amount: i64) {
        *self.sums.entry((customer.to_owned(), unit)).or_default() += amount;
    }

    /// Runs a command that may be repeated: in two of five times it is killed first, at some moment of its life.
    #[track_caller]
    fn completes(&mut self, cli: &TestCli, line: &str) -> String {
        while self.random.random_ratio(2, 5) {
            let mut command = cli.command();
            command.args(words(line)).stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = command.spawn().expect("the program starts");
            thread::sleep(Duration::from_micros(self.random.random_range(0..40_000)));
            child.kill().expect("killed");
            child.wait().expect("ended");
            self.kills += 1;
        }
        cli.ok(&format!("{line} --wait 120"))
    }

    fn step(&mut self, cli: &TestCli) {
        match self.random.random_range(0..20) {
            0..=5 => self.adjust(cli),
            6..=7 => self.transfer(cli),
            8..=9 => self.reverse(cli),
            10..=13 => self.import(cli),
            14 => drop(self.completes(cli, "traffic post")),
            15 => drop(self.completes(cli, "balance check --config mail.toml")),
            16 => {
                let line = format!("smpp edit a{} --max-tps {}", self.number, self.random.random_range(1..50));
                drop(self.completes(cli, &line));
            }
            17 => {
                let line = format!("smpp rotate-password a{} --grace 0 --wait 120", self.number);
                drop(cli.ok(&line));
            }
            18 => self.back_up(cli),
            _ => {
                for line in
                    ["balance list --csv", "report usage --json", "customer show SHARED", "audit list --limit 5"]
                {
                    drop(cli.ok(line));
                }
            }
        }
    }

    fn adjust(&mut self, cli: &TestCli) {
        let (customer, key) = (self.customer(), self.next());
        let unit = UNITS[self.random.random_range(0..2)];
        let whole = self.random.random_range(-50_i64..=50).max(-49);
        let whole = if whole == 0 { 1 } else { whole };
        let line = format!(
            "balance adjust {customer} {whole} --unit {unit} --allow-negative --description soak --key {key} -o name"
        );
        let id = self.completes(cli, &line).trim().to_owned();
        self.add(&customer, unit, whole * 100);
        self.entries.push((id, customer, unit, whole * 100));
    }

    fn transfer(&mut self, cli: &TestCli) {
        let (key, own) = (self.next(), format!("C{}", self.number));
        let unit = UNITS[self.random.random_range(0..2)];
        let whole = self.random.random_range(1_i64..=20);
        let line = format!(
            "balance transfer {own} SHARED {whole} --unit {unit} --allow-negative --description soak --key {key}"
        );
        self.completes(cli, &line);
        self.add(&own, unit, -whole * 100);
        self.add("SHARED", unit, whole * 100);
    }

    fn reverse(&mut self, cli: &TestCli) {
        let Some((id, customer, unit, amount)) = self.entries.pop() else { return };
        let key = self.next();
        self.completes(cli, &format!("balance reverse {id} --allow-negative --description soak --key {key}"));
        self.add(&customer, unit, -amount);
    }

    /// A file of new messages, each of which is in it twice, and of some that were imported before.
    fn import(&mut self, cli: &TestCli) {
        let (file, messages) = (self.next(), self.random.random_range(1..60));
        let mut text = "message_id,submitted_at,system_id,destination,state,parts\n".to_owned();
        let mut charged = 0;
        for message in 0..messages {
            let parts = self.random.random_range(1..4);
            let state = ["delivered", "failed", "pending", "rejected"][self.random.random_range(0..4)];
            charged += if state == "rejected" { 0 } else { parts };
            let (day, number) = (self.random.random_range(1..29), self.number);
            for _ in 0..2 {
                let id = format!("{file}-{message}");
                writeln!(text, "{id},2026-10-{day:02}T10:00:00Z,a{number},+4477009{message:05},{state},{parts}")
                    .expect("a text takes everything");
            }
        }
        fs::write(cli.path(format!("{file}.csv")), text).expect("written");
        self.completes(cli, &format!("traffic import {file}.csv --batch-rows 10 --csv --fields file"));
        let customer = format!("C{}", self.number);
        self.add(&customer, "SMS", -charged * 100);
        fs::remove_file(cli.path(format!("{file}.csv"))).expect("removed");
    }

    /// A copy that was taken while the others write is sound.
    fn back_up(&mut self, cli: &TestCli) {
        let copy = format!("{}.db", self.next());
        cli.ok(&format!("db backup {copy} --quiet"));
        assert_eq!(cli.ok(&format!("db check --db {copy}")), "", "the backup");
        fs::remove_file(cli.path(&copy)).expect("removed");
    }
}

/// A customer of each worker with an account, and one for all of them.
fn set_up() -> TestCli {
    let cli = TestCli::seeded();
    cli.ok("customer new --organisation Shared --account-code SHARED");
    for number in 0..WORKERS {
        cli.ok(&format!("customer new --organisation 'Worker {number}' --account-code C{number}"));
        cli.ok(&format!("contact add C{number} --name N --email n{number}@soak.example --roles billing"));
        cli.ok(&format!("smpp add C{number} --system-id a{number}"));
        cli.ok(&format!("balance adjust C{number} 1000 --description opening"));
        cli.ok(&format!("balance warn C{number} --unit SMS --upper 900 --lower 100"));
    }
    cli
}

/// What the balances of the customers of this test are, in hundredths.
fn balances(cli: &TestCli) -> Sums {
    let Outcome { stdout, .. } =
        cli.run("balance list --all --csv --no-headers --fields customer,unit,balance --raw-csv");
    let mut sums = Sums::new();
    for line in stdout.lines() {
        let [customer, unit, balance] = line.split(',').collect::<Vec<_>>()[..] else { unreachable!("{line}") };
        if customer.starts_with('C') || customer == "SHARED" {
            let unit = UNITS.into_iter().find(|known| *known == unit).expect("a known unit");
            let (whole, fraction) = balance.split_once('.').unwrap_or((balance, "00"));
            sums.insert((customer.to_owned(), unit), format!("{whole}{fraction}").parse().expect("a number"));
        }
    }
    sums
}

#[test]
#[ignore = "takes ten minutes: .ci/run --long"]
fn random_commands_with_random_kills_come_to_what_the_model_says() {
    let set = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seed = set("SSGCTL_SOAK_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    let end = Instant::now() + Duration::from_secs(set("SSGCTL_SOAK_SECONDS").unwrap_or(600));
    eprintln!("SSGCTL_SOAK_SEED={seed}");
    let cli = set_up();
    let mut workers: Vec<Worker> = (0..WORKERS).map(|number| Worker::new(number, seed)).collect();
    let mut rounds = 0;
    while Instant::now() < end {
        thread::scope(|scope| {
            for worker in &mut workers {
                let cli = &cli;
                scope.spawn(move || (0..STEPS).for_each(|_| worker.step(cli)));
            }
        });
        rounds += 1;
        assert_sound(&cli);
        assert_eq!(cli.ok("db check"), "", "seed {seed}, round {rounds}");
        let mut expected: Sums = (0..WORKERS).map(|number| ((format!("C{number}"), "SMS"), 100_000)).collect();
        for ((customer, unit), amount) in workers.iter().flat_map(|worker| &worker.sums) {
            *expected.entry((customer.clone(), unit)).or_default() += amount;
        }
        assert_eq!(balances(&cli), expected, "seed {seed}, round {rounds}");
    }
    let kills: usize = workers.iter().map(|worker| worker.kills).sum();
    eprintln!("{rounds} rounds, {} commands, {kills} of them killed", rounds * STEPS * WORKERS);
    assert!(rounds > 0 && kills > 0);
}
