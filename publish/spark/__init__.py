"""Publish with Apache Spark what outgrows one machine: the stages of `publish.bulk` over data frames."""
