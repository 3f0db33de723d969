//! The style of human-readable reports.

use clap::{Args, ValueEnum};
use console::Term;

/// The width in columns of a report that shows lines of the documents and is not written to a
/// terminal.
const DEFAULT_WIDTH: usize = 100;

/// The style of human-readable reports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// True if the lines of the documents are shown.
    pub(crate) shows_source: bool,
    /// True if sensitive values are not masked in these lines.
    pub(crate) shows_sensitive: bool,
    pub(crate) is_colored: bool,
    /// The width of the terminal in columns.
    pub(crate) width: usize,
}

/// The options for the style of human-readable reports.
#[derive(Debug, Args)]
pub(crate) struct StyleArguments {
    /// When to show the lines of the documents in the human-readable report
    ///
    /// `auto` shows them on a terminal. Without them, each violation is one line of text:
    /// `FILE:LINE:COLUMN: CODE: MESSAGE`.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, verbatim_doc_comment)]
    source: StyleChoice,

    /// Do not show the lines of the documents, as with `--source never`
    #[arg(long, conflicts_with = "source")]
    no_source: bool,

    /// Do not mask sensitive values in the lines of the documents
    #[arg(long)]
    show_sensitive: bool,

    /// When to color the human-readable report
    ///
    /// `auto` colors it on a terminal, unless the environment variable `NO_COLOR` is set.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, verbatim_doc_comment)]
    color: StyleChoice,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum StyleChoice {
    #[default]
    Auto,
    Always,
    Never,
}

impl StyleChoice {
    const fn resolve(self, auto: bool) -> bool {
        match self {
            Self::Auto => auto,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

impl StyleArguments {
    /// Returns the style of a report that is written to standard output or to a file.
    pub(crate) fn style(&self, is_stdout: bool) -> Style {
        let terminal = Term::stdout();
        let is_terminal = is_stdout && terminal.is_term();
        let size = terminal.size_checked().filter(|_| is_terminal);
        Style {
            shows_source: !self.no_source && self.source.resolve(is_terminal),
            shows_sensitive: self.show_sensitive,
            is_colored: self.color.resolve(is_terminal && console::colors_enabled()),
            width: size.map_or(DEFAULT_WIDTH, |(_, columns)| usize::from(columns)),
        }
    }
}
