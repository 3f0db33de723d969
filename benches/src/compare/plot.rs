//! Plots the ratios as an SVG image.

use crate::{PayloadResults, group_title};
use std::fmt::{self, Write};

const WIDTH: f64 = 860.0;
const LINE_HEIGHT: f64 = 20.0;
/// The x coordinate at which the bars start.
const LEFT_EDGE: f64 = 240.0;
/// The width of the space for the number after the longest bar.
const RIGHT_MARGIN: f64 = 70.0;

/// Returns an SVG image with a bar for each operation on the valid orders. The length of a bar is
/// the time of the operation divided by that of the baseline.
pub(crate) fn render_svg(all: &[PayloadResults]) -> String {
    let mut body = String::new();
    let mut y = 30.0;
    for name in ["Order 10", "Order 1,000"] {
        if let Some(results) = all.iter().find(|results| results.payload.name == name) {
            // Writing to a `String` never fails.
            let _ = write_panel(&mut body, results, &mut y);
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{body}</svg>\n"
    )
}

/// Appends the bars of one payload, starting at `y`, and advances `y` past them.
fn write_panel(body: &mut String, results: &PayloadResults, y: &mut f64) -> fmt::Result {
    let baseline = results.baseline_nanoseconds();
    let ratios = results.measurements.iter().map(|each| each.nanoseconds / baseline);
    let unit = (WIDTH - LEFT_EDGE - RIGHT_MARGIN) / ratios.fold(1.0, f64::max);
    let top = *y;
    writeln!(
        body,
        "<text x=\"10\" y=\"{top}\" font-size=\"15\" font-weight=\"bold\">{}, valid: time ÷ time of skipping the document with serde_json (dashed line; lower is better)</text>",
        results.payload.name
    )?;
    let mut bars = String::new();
    let mut group = None;
    for measurement in &results.measurements {
        if group != Some(measurement.group) {
            group = Some(measurement.group);
            *y += LINE_HEIGHT * 1.2;
            writeln!(
                bars,
                "<text x=\"10\" y=\"{y:.1}\" font-style=\"italic\">{}</text>",
                group_title(measurement.group)
            )?;
        }
        *y += LINE_HEIGHT;
        let ratio = measurement.nanoseconds / baseline;
        let (width, bar) = (ratio * unit, *y - 12.0);
        let color = if measurement.name.starts_with("ours") { "#1b7837" } else { "#9e9e9e" };
        let (name, end) = (measurement.name, LEFT_EDGE + width + 5.0);
        writeln!(
            bars,
            "<text x=\"{}\" y=\"{y:.1}\" text-anchor=\"end\">{name}</text>",
            LEFT_EDGE - 6.0
        )?;
        writeln!(
            bars,
            "<rect x=\"{LEFT_EDGE}\" y=\"{bar:.1}\" width=\"{width:.1}\" height=\"15\" fill=\"{color}\"/>"
        )?;
        writeln!(
            bars,
            "<text x=\"{end:.1}\" y=\"{y:.1}\" stroke=\"white\" stroke-width=\"3\" paint-order=\"stroke\">{ratio:.2}</text>"
        )?;
    }
    // The line is drawn first, because the white outline of the numbers must cover it.
    let (line, from, to) = (LEFT_EDGE + unit, top + 12.0, *y + 6.0);
    writeln!(
        body,
        "<path d=\"M{line:.1} {from:.1}V{to:.1}\" stroke=\"#b2182b\" stroke-dasharray=\"4 3\"/>\n{bars}"
    )?;
    *y += LINE_HEIGHT * 2.0;
    Ok(())
}
