"""One visit of one customer as a pure state machine: events in, the next state and the effects out."""
