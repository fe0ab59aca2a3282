# run_iter.ps1 - the one-line command of the contract, for Windows PowerShell 5.1 and PowerShell 7:
#
#   powershell -ExecutionPolicy Bypass -File tools/codex/dispatch/run_iter.ps1 -RunId 20261122_1
#
# Hands everything to `dispatch run_iter.lua`, and ends with its exit status: 0 PASS, 1 the flow's own error, 2 blocked,
# 64 wrong usage, 130 interrupted. `dispatch help settings` says what each parameter is for.
#
# Which dispatch: that of the variable DISPATCH_EXE, else dispatch.exe beside this file, else the one on PATH.
#Requires -Version 5.1

param(
    [string] $RunId,
    [string] $SendMode,
    [string] $WindowReadyTimeout,
    [string] $WorkerDoneTimeout,
    [string] $BetweenWorkersDelayMs,
    [string] $WindowMatchRetries,
    [string] $FocusRetries,
    [string] $AhkExe,
    [string] $Via,
    [string] $PromptMode,
    [string] $PasteKeys,
    [string] $FocusKeys,
    [string] $SettleMs,
    [string] $StageTimeout,
    [string[]] $Workers,
    [string] $Factory,
    [string] $OpenCommand,
    [string] $WorkerCommand,
    [string] $Launcher,
    [switch] $Resend,
    [switch] $WhatIf,
    [switch] $ShowConfig,
    [string] $Report,
    [string] $Events,
    [string] $Root,
    [switch] $Help
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Stop-Blocked([string] $Message) {
    [Console]::Error.WriteLine('run_iter.ps1: ' + $Message)
    exit 2
}

function Find-Dispatch {
    if ($env:DISPATCH_EXE) {
        if (Test-Path -LiteralPath $env:DISPATCH_EXE -PathType Leaf) {
            return (Resolve-Path -LiteralPath $env:DISPATCH_EXE).ProviderPath
        }
        Stop-Blocked "DISPATCH_EXE: $env:DISPATCH_EXE is not there; correct that variable, or remove it"
    }
    foreach ($name in 'dispatch.exe', 'dispatch') {
        $beside = Join-Path $PSScriptRoot $name
        if (Test-Path -LiteralPath $beside -PathType Leaf) { return $beside }
    }
    foreach ($name in 'dispatch.exe', 'dispatch') {
        $found = Get-Command -Name $name -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
        if ($found) { return $found.Path }
    }
    Stop-Blocked ("there is no dispatch.exe beside this file ($PSScriptRoot) and none on PATH; put it there, or its " +
        'path into the variable DISPATCH_EXE')
}

# One word of a command line, as CommandLineToArgvW reads it. PowerShell 5.1 by itself loses quotes and empty words.
function ConvertTo-Word([string] $Value) {
    if ($Value -ne '' -and $Value -notmatch '[\s"]') { return $Value }
    return '"' + ($Value -replace '(\\*)"', '$1$1\"' -replace '(\\+)\z', '$1$1') + '"'
}

$words = @('run_iter.lua')
foreach ($name in $PSBoundParameters.Keys) {
    $value = $PSBoundParameters[$name]
    if ($value -isnot [switch]) { $words += "-$name", ($value -join ',') }
    elseif ($value) { $words += "-$name" }
}
# The project that this file is in; a copy in a worker's worktree belongs to the project that has the worktrees.
$place = '^(.*?)[\\/]tools[\\/]codex[\\/](worktrees[\\/].+[\\/]tools[\\/]codex[\\/])?dispatch$'
if (-not $PSBoundParameters.ContainsKey('Root') -and $PSScriptRoot -match $place) {
    $words += '-Root', ($Matches[1] + '/')
}
$words += $args                                  # no parameter of this file: dispatch says what it makes of it

# Not `& $exe`, whose quoting differs between versions. The child has our console and our standard handles.
$start = New-Object System.Diagnostics.ProcessStartInfo
$start.FileName = Find-Dispatch
$start.Arguments = @($words | ForEach-Object { ConvertTo-Word $_ }) -join ' '
$start.UseShellExecute = $false
$start.WorkingDirectory = (Get-Location -PSProvider FileSystem).ProviderPath
try { $child = [System.Diagnostics.Process]::Start($start) }
catch { Stop-Blocked "$($start.FileName): $($_.Exception.Message)" }
$child.WaitForExit()
exit $child.ExitCode
