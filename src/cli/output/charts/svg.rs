//! Bar charts as SVG, for example to attach to an email. Lengths are integers, in hundredths of a pixel.

use ssgctl::report::{Bar, Chart, Hue, Scale, compact_count};

use crate::escape::visible;

/// The size of the picture in pixels.
const WIDTH: i64 = 960;
const HEIGHT: i64 = 480;
/// One pixel.
const PX: i64 = 100;
/// The edges of the plot area.
const LEFT: i64 = 64 * PX;
const RIGHT: i64 = 936 * PX;
const TOP: i64 = 124 * PX;
const BOTTOM: i64 = 432 * PX;
/// The approximate width of a character of the axis labels.
const CHARACTER: i64 = 7 * PX;
/// The maximum gap between two bars.
const MAX_GAP: i64 = 12 * PX;

const STYLE: &str = "text { font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; \
    fill: #333; font-size: 13px } .title { font-size: 20px; font-weight: 600; fill: #111 } .grid { stroke: #ddd } \
    .axis { stroke: #666 } rect { stroke: #fff; stroke-width: .5 }";

/// The maximum number of bars: more would be thinner than a pixel.
pub(crate) const MAX_BARS: usize = 800;

/// Draws a chart as an SVG document.
pub(crate) fn draw(chart: &Chart) -> String {
    let scale = Scale::of(chart.highest());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         role=\"img\" aria-labelledby=\"title description\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"description\">{}</desc>\n<style>{STYLE}</style>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
         <text class=\"title\" x=\"24\" y=\"38\">{}</text>\n<text x=\"24\" y=\"62\">{}</text>\n",
        escaped(&chart.title),
        escaped(&description(chart)),
        escaped(&chart.title),
        escaped(&chart.subtitle),
    );
    legend(&mut svg, chart);
    grid(&mut svg, scale);
    for (index, bar) in chart.bars.iter().enumerate() {
        stack(&mut svg, chart, scale, index, bar);
    }
    let foot = px(BOTTOM);
    svg.push_str(&format!("<path class=\"axis\" d=\"M{} {foot}H{}\"/>\n", px(LEFT), px(RIGHT)));
    ticks(&mut svg, chart);
    svg.push_str("</svg>\n");
    svg
}

/// Describes the picture for screen readers.
fn description(chart: &Chart) -> String {
    let parts: Vec<String> =
        chart.present().iter().map(|(_, series, total)| format!("{total} {}", series.name)).collect();
    let parts = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
    format!("{}: {} bars, {parts} in total; the highest bar is {}.", chart.subtitle, chart.bars.len(), chart.highest())
}

/// The colour of a hue: that of the portal, dark enough for a white background.
fn colour(hue: Hue) -> &'static str {
    match hue {
        Hue::Orange => "#e8710a",
        Hue::Green => "#2e7d32",
        Hue::Yellow => "#b58a00",
        Hue::Red => "#c62828",
        Hue::Magenta => "#ab2fa0",
        Hue::Grey => "#616161",
    }
}

fn legend(svg: &mut String, chart: &Chart) {
    let mut x = 24;
    for (_, series, total) in chart.present() {
        let label = format!("{} {total}", series.name);
        let color = colour(series.hue);
        svg.push_str(&format!("<rect x=\"{x}\" y=\"80\" width=\"14\" height=\"14\" fill=\"{color}\"/>\n"));
        svg.push_str(&format!("<text x=\"{}\" y=\"92\">{}</text>\n", x + 20, escaped(&label)));
        x += 44 + i64::try_from(label.chars().count()).unwrap_or(0) * CHARACTER / PX;
    }
}

fn grid(svg: &mut String, scale: Scale) {
    for value in scale.ticks() {
        let y = y_of(value, scale);
        if value > 0 {
            svg.push_str(&format!("<path class=\"grid\" d=\"M{} {}H{}\"/>\n", px(LEFT), px(y), px(RIGHT)));
        }
        let (x, y) = (px(LEFT - 8 * PX), px(y + 4 * PX));
        svg.push_str(&format!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"end\">{}</text>\n", compact_count(value)));
    }
}

/// One stacked bar; each part has a tooltip.
fn stack(svg: &mut String, chart: &Chart, scale: Scale, index: usize, bar: &Bar) {
    let (begin, end) = slot(chart, index);
    let gap = ((end - begin) / 4).min(MAX_GAP);
    let (x, width) = (px(begin + gap / 2), px((end - begin - gap).max(1)));
    let (mut sum, mut foot) = (0_u64, BOTTOM);
    for (series, part) in chart.series.iter().zip(&bar.parts).filter(|(_, part)| **part > 0) {
        sum = sum.saturating_add(*part);
        let head = y_of(sum, scale);
        let tooltip = escaped(&format!("{}: {part} {} of {}", bar.label, series.name, bar.total()));
        let (y, height, color) = (px(head), px(foot - head), colour(series.hue));
        svg.push_str(&format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{color}\"><title>{tooltip}</title></rect>\n"
        ));
        foot = head;
    }
}

/// The labels below the bars: all of them if there is room, else every second, third …
fn ticks(svg: &mut String, chart: &Chart) {
    let ticks: Vec<(i64, &str)> = (0..)
        .zip(&chart.bars)
        .filter_map(|(index, bar)| {
            let (begin, end) = slot(chart, index);
            bar.tick.as_deref().map(|tick| (begin.midpoint(end), tick))
        })
        .collect();
    let longest = ticks.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(0);
    let room = i64::try_from(longest).unwrap_or(0) * CHARACTER + 12 * PX;
    let distance = ticks.windows(2).map(|pair| pair[1].0 - pair[0].0).min().unwrap_or(room).max(1);
    let every = usize::try_from((room + distance - 1) / distance).unwrap_or(1).max(1);
    let foot = px(BOTTOM + 20 * PX);
    for (x, text) in ticks.into_iter().step_by(every) {
        let (x, text) = (px(x), escaped(text));
        svg.push_str(&format!("<text x=\"{x}\" y=\"{foot}\" text-anchor=\"middle\">{text}</text>\n"));
    }
}

/// The left and right edge of a bar's slot.
fn slot(chart: &Chart, index: usize) -> (i64, i64) {
    let count = i64::try_from(chart.bars.len()).unwrap_or(1).max(1);
    let index = i64::try_from(index).unwrap_or(0);
    let edge = |index: i64| LEFT + (RIGHT - LEFT) * index / count;
    (edge(index), edge(index + 1))
}

/// The y coordinate of a value.
fn y_of(value: u64, scale: Scale) -> i64 {
    let room = u128::from((BOTTOM - TOP).unsigned_abs());
    let up = u128::from(value) * room / u128::from(scale.top.max(1));
    BOTTOM - i64::try_from(up).unwrap_or(BOTTOM - TOP)
}

/// Formats a length in pixels.
fn px(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / PX, hundredths % PX);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Escapes a text for XML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ssgctl::report::Series;

    fn chart(title: &str, heights: &[u64]) -> Chart {
        let bar = |(day, height): (usize, &u64)| Bar {
            label: format!("2026-11-{day:02}"),
            tick: Some(format!("{day} Nov")),
            parts: vec![*height, height / 10],
        };
        Chart {
            title: title.to_owned(),
            subtitle: "November".to_owned(),
            series: vec![Series { name: "delivered", hue: Hue::Green }, Series { name: "expired", hue: Hue::Yellow }],
            bars: (1..).zip(heights).map(bar).collect(),
        }
    }

    #[test]
    fn a_picture_has_title_description_axes_legend_and_bars() {
        let svg = draw(&chart("Traffic of A & <B>", &[9_000, 0, 4_000]));
        for part in [
            "<title id=\"title\">Traffic of A &amp; &lt;B&gt;</title>",
            "November: 3 bars, 13000 delivered, 1300 expired in total; the highest bar is 9900.",
            ">delivered 13000</text>",
            ">2k</text>",
            ">10k</text>",
            ">1 Nov</text>",
            "<title>2026-11-03: 400 expired of 4400</title>",
        ] {
            assert!(svg.contains(part), "{part} is not in {svg}");
        }
        assert_eq!(svg.matches("<title>2026-11-02").count(), 0, "a value of zero is not drawn");
    }

    #[test]
    fn texts_below_many_bars_are_thinned_out() {
        let labels = |count: usize| draw(&chart("Traffic", &vec![1; count])).matches("text-anchor=\"middle\"").count();
        assert_eq!(labels(7), 7);
        assert!((8..=16).contains(&labels(90)), "{}", labels(90));
    }

    #[test]
    fn lengths_are_pixels_with_their_decimals() {
        assert_eq!([px(0), px(100), px(1250), px(9)], ["0", "1", "12.5", "0.09"]);
    }

    proptest! {
        #[test]
        fn any_title_leaves_a_picture_that_is_well_formed(title in "\\PC{0,40}[<>&'\"\u{7}]{0,3}", heights in prop::collection::vec(0..u64::MAX / 8, 0..50)) {
            let svg = draw(&chart(&title, &heights));
            let inner = svg.split_once("<title id=\"title\">").and_then(|(_, rest)| rest.split_once("</title>"));
            let (inner, _) = inner.expect("a title");
            let is_clean = !inner.contains(|c: char| "<>\"'".contains(c) || c.is_control());
            prop_assert!(is_clean);
            prop_assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
        }
    }
}
