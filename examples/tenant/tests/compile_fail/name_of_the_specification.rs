use miniprogram_protocol::protocol_type;

protocol_type! {
    /// A card.
    pub struct Order {
        /// A field.
        number: String as "number", required;
    }
}

fn main() {}
