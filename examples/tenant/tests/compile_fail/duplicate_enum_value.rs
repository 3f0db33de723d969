use miniprogram_protocol::protocol_type;

protocol_type! {
    /// A level.
    pub enum Level: closed {
        /// Basic.
        Basic = "BASIC",
        /// Gold.
        Gold = "BASIC",
    }
}

fn main() {}
