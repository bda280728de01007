// The parts that the statements on the catalogue of SQL Server share; `t` is the table, `s` its schema, `c` a column.

/** Whether the caller asked for the table. */
export const chosenTables = `(@table_names = N'' OR EXISTS (
    SELECT 1 FROM STRING_SPLIT(@table_names, N',') AS n
    WHERE LTRIM(RTRIM(n.value)) IN (t.name, s.name + N'.' + t.name)
  ))`;

/** `nvarchar(50)`, `decimal(10,2)`, `datetime2(7)`. */
export const columnTypeText = `TYPE_NAME(c.user_type_id) + CASE
    WHEN TYPE_NAME(c.user_type_id) IN (N'varchar', N'char', N'varbinary', N'binary')
      THEN N'(' + CASE WHEN c.max_length = -1 THEN N'max' ELSE CAST(c.max_length AS nvarchar(10)) END + N')'
    WHEN TYPE_NAME(c.user_type_id) IN (N'nvarchar', N'nchar')
      THEN N'(' + CASE WHEN c.max_length = -1 THEN N'max' ELSE CAST(c.max_length / 2 AS nvarchar(10)) END + N')'
    WHEN TYPE_NAME(c.user_type_id) IN (N'decimal', N'numeric')
      THEN N'(' + CAST(c.precision AS nvarchar(10)) + N',' + CAST(c.scale AS nvarchar(10)) + N')'
    WHEN TYPE_NAME(c.user_type_id) IN (N'datetime2', N'datetimeoffset', N'time')
      THEN N'(' + CAST(c.scale AS nvarchar(10)) + N')'
    ELSE N'' END`;
