//! Descriptions and examples of tables, fields and values, taken from their doc comments.

/// Returns the first paragraph of a Markdown text on one line, with each link replaced by its text.
pub(crate) fn paragraph(markdown: &str) -> String {
    let lines = markdown.lines().map(str::trim);
    let lines = lines.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    without_links(&lines.collect::<Vec<_>>().join(" "))
}

/// Returns the example if the last of several paragraphs has the form ``Example: `…` ``.
pub(crate) fn example(markdown: &str) -> Option<&str> {
    let (_, last) = markdown.trim_end().rsplit_once("\n\n")?;
    last.trim_start().strip_prefix("Example: `")?.strip_suffix('`')
}

/// Replaces each `[text](target)`, `[text][target]` and ``[`text`]`` with its text.
fn without_links(markdown: &str) -> String {
    let mut without_links = String::new();
    let mut rest = markdown;
    while let Some((before, from_link)) = rest.split_once('[') {
        without_links.push_str(before);
        let Some((link_text, after)) = from_link.split_once(']') else {
            // An unclosed bracket does not start a link.
            without_links.push('[');
            rest = from_link;
            continue;
        };
        let target = [('(', ')'), ('[', ']')].into_iter().find_map(|(open, close)| {
            after.strip_prefix(open).and_then(|target| target.split_once(close))
        });
        let name = link_text.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
        rest = match (target, name) {
            (Some((_, after)), _) => after,
            (None, Some(_)) => after,
            (None, None) => {
                without_links.push('[');
                rest = from_link;
                continue;
            }
        };
        without_links.push_str(name.unwrap_or(link_text));
    }
    without_links + rest
}

#[cfg(test)]
mod tests {
    use super::{example, paragraph};

    #[test]
    fn replaces_links_with_their_text() {
        for (markdown, expected) in [
            (" The merchant of an [`Order`](super::Order).\n", "The merchant of an Order."),
            (" The status of a [`Message`].\n", "The status of a Message."),
            (" See [the order][Order], please.\n", "See the order, please."),
            (" As [the order](Order) and [`User`] say.\n", "As the order and User say."),
            (" No link: [0, 1], [ and ].\n", "No link: [0, 1], [ and ]."),
            (" Code: `1.0.1`.\n", "Code: `1.0.1`."),
            (" Half a link: [`Order\n", "Half a link: [`Order"),
        ] {
            assert_eq!(paragraph(markdown), expected);
        }
    }

    #[test]
    fn ends_paragraphs_at_blank_lines() {
        assert_eq!(paragraph(" One\n two.\n\n ```\n code\n ```\n"), "One two.");
        assert_eq!(paragraph(""), "");
    }

    #[test]
    fn finds_examples_in_the_last_paragraph() {
        for (markdown, expected) in [
            (" The ID.\n\n Example: `\"GCASH\"`\n", Some("\"GCASH\"")),
            (" The ID.\n\n More.\n\n Example: `1`\n", Some("1")),
            (" The ID.\n\n Example: `1`\n\n More.\n", None),
            (" The ID.\n Example: `1`\n", None),
            (" Example: `1`\n", None),
            (" The ID.\n\n Example: 1\n", None),
            (" The ID.\n", None),
        ] {
            assert_eq!(example(markdown), expected, "{markdown:?}");
        }
    }
}
