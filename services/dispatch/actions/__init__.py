"""What happens within a transaction: an alarm arrives, an officer reports, an operator orders, a timer falls due."""
