//! The ratios as a picture.

use crate::{Measured, title};
use std::fmt::{self, Write};

const WIDTH: f64 = 860.0;
const LINE: f64 = 20.0;
/// Where the bars begin, and how much is left for the number at their end.
const LEFT: f64 = 240.0;
const RIGHT: f64 = 70.0;

/// A picture with a bar for every operation on the valid orders: its time ÷ that of the floor.
pub(crate) fn svg(measured: &[Measured]) -> String {
    let mut body = String::new();
    let mut y = 30.0;
    for name in ["Order 10", "Order 1,000"] {
        if let Some(measured) = measured.iter().find(|measured| measured.payload.name == name) {
            // A `String` takes whatever is written.
            let _ = panel(&mut body, measured, &mut y);
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{body}</svg>\n"
    )
}

fn panel(body: &mut String, measured: &Measured, y: &mut f64) -> fmt::Result {
    let floor = measured.floor();
    let most = measured.rows.iter().map(|row| row.nanoseconds / floor).fold(1.0, f64::max);
    let unit = (WIDTH - LEFT - RIGHT) / most;
    let top = *y;
    writeln!(
        body,
        "<text x=\"10\" y=\"{top}\" font-size=\"15\" font-weight=\"bold\">{}, valid: time ÷ time of skipping the document with serde_json (line; less is better)</text>",
        measured.payload.name
    )?;
    let mut bars = String::new();
    let mut group = None;
    for row in &measured.rows {
        if group != Some(row.group) {
            group = Some(row.group);
            *y += LINE * 1.2;
            writeln!(
                bars,
                "<text x=\"10\" y=\"{y:.1}\" font-style=\"italic\">{}</text>",
                title(row.group)
            )?;
        }
        *y += LINE;
        let ratio = row.nanoseconds / floor;
        let (width, bar) = (ratio * unit, *y - 12.0);
        let color = if row.name.starts_with("ours") { "#1b7837" } else { "#9e9e9e" };
        let (name, end) = (row.name, LEFT + width + 5.0);
        writeln!(
            bars,
            "<text x=\"{}\" y=\"{y:.1}\" text-anchor=\"end\">{name}</text>",
            LEFT - 6.0
        )?;
        writeln!(
            bars,
            "<rect x=\"{LEFT}\" y=\"{bar:.1}\" width=\"{width:.1}\" height=\"15\" fill=\"{color}\"/>"
        )?;
        writeln!(
            bars,
            "<text x=\"{end:.1}\" y=\"{y:.1}\" stroke=\"white\" stroke-width=\"3\" paint-order=\"stroke\">{ratio:.2}</text>"
        )?;
    }
    // The line goes below the numbers, which have a white edge.
    let (line, from, to) = (LEFT + unit, top + 12.0, *y + 6.0);
    writeln!(
        body,
        "<path d=\"M{line:.1} {from:.1}V{to:.1}\" stroke=\"#b2182b\" stroke-dasharray=\"4 3\"/>\n{bars}"
    )?;
    *y += LINE * 2.0;
    Ok(())
}
