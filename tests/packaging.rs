//! What packages contain: every file that `Cargo.toml` names exists, and nothing that an operator needs is missing.

use std::fs;
use std::path::Path;

use toml::Value;

/// What `Cargo.toml` says of a package.
fn metadata(package: &str) -> Value {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).expect("read");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    manifest["package"]["metadata"][package].clone()
}

/// The place in the tree, the place in the package, and the mode of each asset.
fn assets(package: &str) -> Vec<(String, String, String)> {
    let listed = metadata(package)["assets"].as_array().expect("a list").clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let asset = |asset: &Value| match asset {
        Value::Array(parts) => (text(&parts[0]), text(&parts[1]), text(&parts[2])),
        table => (text(&table["source"]), text(&table["dest"]), text(&table["mode"])),
    };
    listed.iter().map(asset).collect()
}

/// The files that a name with at most one star means.
fn files(pattern: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(pattern);
    let (folder, name) = (path.parent().expect("a folder"), path.file_name().expect("a name").to_string_lossy());
    let (begin, end) = name.split_once('*').unwrap_or((&name, ""));
    let entries = fs::read_dir(folder).expect(pattern).map(|entry| entry.expect("an entry"));
    let names =
        entries.filter(|entry| entry.path().is_file()).map(|entry| entry.file_name().to_string_lossy().into_owned());
    let fits = |found: &String| {
        if name.contains('*') { found.starts_with(begin) && found.ends_with(end) } else { *found == name }
    };
    names.filter(fits).collect()
}

#[test]
fn every_asset_of_a_package_exists() {
    for package in ["deb", "generate-rpm"] {
        let assets = assets(package);
        for (source, _, mode) in &assets {
            if source == "target/release/ssgctl" {
                assert_eq!(mode, "755");
                continue;
            }
            assert!(!files(source).is_empty(), "{package}: {source}");
            assert_eq!(mode, "644", "{package}: {source}");
        }
        for place in [
            "usr/bin/",
            "usr/share/man/man1/",
            "usr/share/man/man5/",
            "usr/share/man/man7/",
            "usr/share/bash-completion/completions/ssgctl",
            "_ssgctl",
            "usr/share/fish/vendor_completions.d/ssgctl.fish",
            "usr/share/doc/ssgctl/docs/",
        ] {
            assert!(assets.iter().any(|(_, to, _)| to.ends_with(place)), "{package}: nothing goes to {place}");
        }
    }
}

#[test]
fn both_packages_have_the_same_files() {
    let sources = |package| assets(package).into_iter().map(|(source, ..)| source).collect::<Vec<_>>();
    assert_eq!(sources("deb"), sources("generate-rpm"));
    let in_packages = ["man/*.1", "man/*.5", "man/*.7"].map(files).concat().len();
    assert_eq!(in_packages, files("man/ssgctl*").len(), "every page of the folder is in the packages");
}

/// `cargo deb` takes the whole README, with its hidden set-up, for the description of a package that has none.
#[test]
fn the_debian_package_has_a_description_of_its_own() {
    let deb = metadata("deb");
    let description = deb["extended-description"].as_str().expect("a text");
    assert!(description.lines().count() <= 5 && description.lines().all(|line| line.len() < 80), "{description}");
}
