//! What the docs of the source say of a table, row or value: its description and example.

/// The first paragraph of a Markdown text, in one line and with links reduced to their text.
pub(crate) fn paragraph(markdown: &str) -> String {
    let lines = markdown.lines().map(str::trim);
    let lines = lines.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    without_links(&lines.collect::<Vec<_>>().join(" "))
}

/// What stands in backticks in the last paragraph, if that is an example and not the first one.
pub(crate) fn example(markdown: &str) -> Option<&str> {
    let (_, last) = markdown.trim_end().rsplit_once("\n\n")?;
    last.trim_start().strip_prefix("Example: `")?.strip_suffix('`')
}

/// The text with each `[text](target)`, `[text][target]` and ``[`text`]`` as its text.
fn without_links(markdown: &str) -> String {
    let mut plain = String::new();
    let mut rest = markdown;
    while let Some((before, from_link)) = rest.split_once('[') {
        plain.push_str(before);
        let Some((text, after)) = from_link.split_once(']') else {
            // No link begins here.
            plain.push('[');
            rest = from_link;
            continue;
        };
        let target = [('(', ')'), ('[', ']')].into_iter().find_map(|(opens, closes)| {
            after.strip_prefix(opens).and_then(|target| target.split_once(closes))
        });
        let name = text.strip_prefix('`').and_then(|text| text.strip_suffix('`'));
        rest = match (target, name) {
            (Some((_, after)), _) => after,
            (None, Some(_)) => after,
            (None, None) => {
                plain.push('[');
                rest = from_link;
                continue;
            }
        };
        plain.push_str(name.unwrap_or(text));
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::{example, paragraph};

    #[test]
    fn a_link_is_reduced_to_its_text() {
        for (markdown, plain) in [
            (" The merchant of an [`Order`](super::Order).\n", "The merchant of an Order."),
            (" What became of a [`Message`].\n", "What became of a Message."),
            (" See [the order][Order], please.\n", "See the order, please."),
            (" As [the order](Order) and [`User`] say.\n", "As the order and User say."),
            (" No link: [0, 1], [ and ].\n", "No link: [0, 1], [ and ]."),
            (" Code: `1.0.1`.\n", "Code: `1.0.1`."),
            (" Half a link: [`Order\n", "Half a link: [`Order"),
        ] {
            assert_eq!(paragraph(markdown), plain);
        }
    }

    #[test]
    fn a_paragraph_ends_at_a_blank_line() {
        assert_eq!(paragraph(" One\n two.\n\n ```\n code\n ```\n"), "One two.");
        assert_eq!(paragraph(""), "");
    }

    #[test]
    fn an_example_is_a_last_paragraph_of_its_own() {
        for (markdown, found) in [
            (" The ID.\n\n Example: `\"GCASH\"`\n", Some("\"GCASH\"")),
            (" The ID.\n\n More.\n\n Example: `1`\n", Some("1")),
            (" The ID.\n\n Example: `1`\n\n More.\n", None),
            (" The ID.\n Example: `1`\n", None),
            (" Example: `1`\n", None),
            (" The ID.\n\n Example: 1\n", None),
            (" The ID.\n", None),
        ] {
            assert_eq!(example(markdown), found, "{markdown:?}");
        }
    }
}
