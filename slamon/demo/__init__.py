"""The whole system on one machine: a real Kafka, slamon, and a simulator that plays Shop, CRM and MES."""
