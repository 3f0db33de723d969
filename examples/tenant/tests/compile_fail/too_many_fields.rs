use miniprogram_protocol::protocol_type;

protocol_type! {
    /// A card.
    pub struct Card {
        /// A field.
        f0: bool as "f0", optional;

        /// A field.
        f1: bool as "f1", optional;

        /// A field.
        f2: bool as "f2", optional;

        /// A field.
        f3: bool as "f3", optional;

        /// A field.
        f4: bool as "f4", optional;

        /// A field.
        f5: bool as "f5", optional;

        /// A field.
        f6: bool as "f6", optional;

        /// A field.
        f7: bool as "f7", optional;

        /// A field.
        f8: bool as "f8", optional;

        /// A field.
        f9: bool as "f9", optional;

        /// A field.
        f10: bool as "f10", optional;

        /// A field.
        f11: bool as "f11", optional;

        /// A field.
        f12: bool as "f12", optional;

        /// A field.
        f13: bool as "f13", optional;

        /// A field.
        f14: bool as "f14", optional;

        /// A field.
        f15: bool as "f15", optional;

        /// A field.
        f16: bool as "f16", optional;

        /// A field.
        f17: bool as "f17", optional;

        /// A field.
        f18: bool as "f18", optional;

        /// A field.
        f19: bool as "f19", optional;

        /// A field.
        f20: bool as "f20", optional;

        /// A field.
        f21: bool as "f21", optional;

        /// A field.
        f22: bool as "f22", optional;

        /// A field.
        f23: bool as "f23", optional;

        /// A field.
        f24: bool as "f24", optional;

        /// A field.
        f25: bool as "f25", optional;

        /// A field.
        f26: bool as "f26", optional;

        /// A field.
        f27: bool as "f27", optional;

        /// A field.
        f28: bool as "f28", optional;

        /// A field.
        f29: bool as "f29", optional;

        /// A field.
        f30: bool as "f30", optional;

        /// A field.
        f31: bool as "f31", optional;

        /// A field.
        f32: bool as "f32", optional;
    }
}

fn main() {}
