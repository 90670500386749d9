"""The builder: a form over the whole configuration of a backtest. The service alone says what is wrong with it."""
