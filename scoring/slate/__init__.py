"""The slate: one aspirant and one substitute a seat under the party's rules, and what each rule costs."""
