//! Writes metrics in the text format of Prometheus, which `node_exporter` reads from files.

use std::fmt::Display;

/// A text of metrics.
#[derive(Debug, Default)]
pub struct MetricsText(String);

impl MetricsText {
    /// Begins a metric whose value may rise and fall.
    pub fn gauge(&mut self, name: &str, help: &str) {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        self.0.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
    }

    /// Adds a value of the metric that was begun last.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(label, text)| format!("{label}=\"{}\"", escaped(text))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        self.0.push_str(&format!("{name}{labels} {value}\n"));
    }

    /// A metric with one value and no labels.
    pub fn single(&mut self, name: &str, help: &str, value: impl Display) {
        self.gauge(name, help);
        self.sample(name, &[], value);
    }

    /// The text.
    pub fn into_text(self) -> String {
        self.0
    }
}

/// The value of a metric without labels in a text.
pub fn value_of<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_written_and_found_again() {
        let mut text = MetricsText::default();
        text.single("up", "Whether it works.", 1);
        text.gauge("days", "Days\nleft.");
        text.sample("days", &[("customer", "A\"B\\C\nD"), ("unit", "SMS")], 12);
        let text = text.into_text();
        assert_eq!(
            text,
            "# HELP up Whether it works.\n# TYPE up gauge\nup 1\n# HELP days Days\\nleft.\n# TYPE days gauge\n\
             days{customer=\"A\\\"B\\\\C\\nD\",unit=\"SMS\"} 12\n"
        );
        assert_eq!(value_of(&text, "up"), Some("1"));
        assert_eq!(value_of(&text, "days"), None);
    }
}
