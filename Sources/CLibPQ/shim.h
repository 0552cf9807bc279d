#pragma once
#include <libpq-fe.h>

/* The PG_DIAG_* macros are character literals, which Swift does not import. */
static const int PGDiagSeverity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int PGDiagSQLState = PG_DIAG_SQLSTATE;
static const int PGDiagMessagePrimary = PG_DIAG_MESSAGE_PRIMARY;
static const int PGDiagMessageDetail = PG_DIAG_MESSAGE_DETAIL;
static const int PGDiagMessageHint = PG_DIAG_MESSAGE_HINT;
static const int PGDiagStatementPosition = PG_DIAG_STATEMENT_POSITION;
static const int PGDiagSchemaName = PG_DIAG_SCHEMA_NAME;
static const int PGDiagTableName = PG_DIAG_TABLE_NAME;
static const int PGDiagColumnName = PG_DIAG_COLUMN_NAME;
static const int PGDiagConstraintName = PG_DIAG_CONSTRAINT_NAME;
static const int PGDiagSourceFunction = PG_DIAG_SOURCE_FUNCTION;
