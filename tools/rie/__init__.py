"""The functions as `sam build` made them, run under AWS's Runtime Interface Emulator on this machine."""
