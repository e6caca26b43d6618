"""What an arm cost and will cost: ledger, model, calibration, break-even."""
