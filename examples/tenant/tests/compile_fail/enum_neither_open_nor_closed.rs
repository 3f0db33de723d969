use miniprogram_protocol::protocol_type;

protocol_type! {
    /// A level.
    pub enum Level {
        /// Basic.
        Basic = "BASIC",
    }
}

fn main() {}
