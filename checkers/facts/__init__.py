"""Facts in columns, made once a history (`History.derive`), that checkers compare.

Every reply's header names a prefix of ZooKeeper's transactions, so the order that it claims is verified, not
searched for: `transactions` (what certainly happened), `unknowns` (what may have), `sightings` and `listings`
(what reads saw), `sessions` (who asked, and until when).
"""
