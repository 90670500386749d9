"""Dates as everywhere else in the house: sorted and read the same way in every region."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
